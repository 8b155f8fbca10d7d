// Signs in by choice in real pages, through aws-amplify, against a running server: with a code by e-mail, with a
// passkey, and with a password that is chosen on the way.
//
// Usage: amplify_choice_story.mjs ENDPOINT, with the environment that browser.mjs needs.

import assert from "node:assert/strict";

import { App, done, house, playInApp, refused } from "./amplify.mjs";
import { withAuthenticator } from "./browser.mjs";
import { addUser, admin, another, call, emailedCode, permanent } from "./server.mjs";

const wrongCode = ["CodeMismatchException", "Invalid code or auth state for the user."];
const incorrect = ["NotAuthorizedException", "Incorrect username or password."];
const byChoice = { authFlowType: "USER_AUTH" };
const client = { ExplicitAuthFlows: ["ALLOW_USER_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] };
const withFactors = (...factors) => ({
  AutoVerifiedAttributes: ["email"],
  Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", ...factors] } },
});

// A user without a password signs up, is signed in at once, and comes back with a code by e-mail.
async function emailCode(page, origin) {
  const ids = await house("code by e-mail", withFactors("EMAIL_OTP"), client);
  const app = await App.open(page, origin, ids);
  const email = "passwordless@example.com";
  const options = { userAttributes: { email }, autoSignIn: byChoice };
  await app.ask("signUp", { username: "alice", options });
  const confirmationCode = await emailedCode(email, "sign-up");
  assert.deepEqual(await app.ask("confirmSignUp", { username: "alice", confirmationCode }), {
    isSignUpComplete: true,
    nextStep: { signUpStep: "COMPLETE_AUTO_SIGN_IN" },
  });
  assert.deepEqual(await app.ask("autoSignIn"), done);
  await app.verified(await app.session());
  await app.ask("signOut");

  const preferredChallenge = "EMAIL_OTP";
  assert.deepEqual(await app.signIn("alice", undefined, { ...byChoice, preferredChallenge }), {
    isSignedIn: false,
    nextStep: {
      signInStep: "CONFIRM_SIGN_IN_WITH_EMAIL_CODE",
      codeDeliveryDetails: { deliveryMedium: "EMAIL", destination: "p***@e***" },
    },
  });
  const code = await emailedCode(email, "authentication");
  assert.match(code, /^\d{8}$/);
  await refused(app.answer(another(code)), ...wrongCode);
  assert.deepEqual(await app.answer(code), done);
  const { identity } = await app.verified(await app.session());
  assert.deepEqual([identity.email, identity.email_verified], [email, true]);
}

// Who has no preference chooses among the ways that the user has.
async function choice(page, origin) {
  const ids = await house("choice", withFactors("EMAIL_OTP"), client);
  const app = await App.open(page, origin, ids);
  const email = "chooser@example.com";
  await addUser(ids.userPoolId, "alice", { email, email_verified: "true" });
  const choose = async (way) => {
    const { isSignedIn, nextStep } = await app.signIn("alice", undefined, byChoice);
    assert.deepEqual([isSignedIn, nextStep.signInStep], [false, "CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION"]);
    assert.deepEqual(nextStep.availableChallenges.sort(), ["EMAIL_OTP", "PASSWORD", "PASSWORD_SRP"]);
    return app.answer(way);
  };
  for (const way of ["PASSWORD", "PASSWORD_SRP"]) {
    const next = { isSignedIn: false, nextStep: { signInStep: "CONFIRM_SIGN_IN_WITH_PASSWORD" } };
    assert.deepEqual(await choose(way), next);
    await refused(app.answer("Different1!"), ...incorrect);
    assert.deepEqual(await choose(way), next);
    assert.deepEqual(await app.answer(permanent), done);
    await app.verified(await app.session());
    await app.ask("signOut");
    const preferred = { ...byChoice, preferredChallenge: way };
    await refused(app.signIn("alice", "Different1!", preferred), ...incorrect);
    assert.deepEqual(await app.signIn("alice", permanent, preferred), done);
    await app.ask("signOut");
  }
  const { nextStep } = await choose("EMAIL_OTP");
  assert.equal(nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_EMAIL_CODE");
  assert.deepEqual(await app.answer(await emailedCode(email, "authentication")), done);
}

// A user registers a passkey, signs in with it, and deletes it.
async function passkey(page, origin) {
  const ids = await house("passkey", withFactors("WEB_AUTHN"), client);
  const WebAuthnConfiguration = { RelyingPartyId: "localhost", UserVerification: "required" };
  await call(admin, "SetUserPoolMfaConfig", { UserPoolId: ids.userPoolId, WebAuthnConfiguration });
  const app = await App.open(page, origin, ids);
  const authenticator = await withAuthenticator(page);
  await addUser(ids.userPoolId, "alice");
  await app.signIn("alice", permanent);
  assert.deepEqual(await app.ask("listWebAuthnCredentials"), { credentials: [] });

  assert.equal(await app.ask("associateWebAuthnCredential"), null);
  const [kept, ...more] = await authenticator.credentials();
  assert.deepEqual([kept.rpId, kept.isResidentCredential, more.length], ["localhost", true, 0]);
  const { credentials } = await app.ask("listWebAuthnCredentials");
  const [{ credentialId, relyingPartyId, authenticatorAttachment, authenticatorTransports }] = credentials;
  assert.equal(credentials.length, 1);
  assert.equal(credentialId, Buffer.from(kept.credentialId, "base64").toString("base64url"));
  assert.deepEqual(
    [relyingPartyId, authenticatorAttachment, authenticatorTransports],
    ["localhost", "platform", ["internal"]],
  );
  // The server says which passkeys the user has, so that no authenticator makes a second one.
  await refused(
    app.ask("associateWebAuthnCredential"),
    "PasskeyAlreadyExists",
    "Passkey already exists in authenticator.",
  );
  await app.ask("signOut");

  const preferred = { ...byChoice, preferredChallenge: "WEB_AUTHN" };
  assert.deepEqual(await app.signIn("alice", undefined, preferred), done);
  await app.verified(await app.session());
  assert.equal((await app.ask("getCurrentUser")).username, "alice");
  const [used] = await authenticator.credentials();
  assert.ok(used.signCount > kept.signCount, "the passkey was not used");
  await app.ask("signOut");
  const chosen = await app.signIn("alice", undefined, byChoice);
  assert.deepEqual(chosen.nextStep.availableChallenges.sort(), ["PASSWORD", "PASSWORD_SRP", "WEB_AUTHN"]);
  assert.deepEqual(await app.answer("WEB_AUTHN"), done);

  assert.equal(await app.ask("deleteWebAuthnCredential", { credentialId }), null);
  assert.deepEqual(await app.ask("listWebAuthnCredentials"), { credentials: [] });
  await app.ask("signOut");
  const { nextStep } = await app.signIn("alice", undefined, preferred);
  assert.equal(nextStep.signInStep, "CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION");
  assert.deepEqual(nextStep.availableChallenges.sort(), ["PASSWORD", "PASSWORD_SRP"]);
}

await playInApp([emailCode, choice, passkey]);
