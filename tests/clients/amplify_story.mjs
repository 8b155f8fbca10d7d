// Plays an app's life with its users in real pages, through aws-amplify, against a running server.
//
// Usage: amplify_story.mjs ENDPOINT, with the environment that browser.mjs needs.

import assert from "node:assert/strict";

import { App, done, house, playInApp, refused } from "./amplify.mjs";
import { Authenticator } from "./authenticator.mjs";
import {
  addUser,
  admin,
  another,
  call,
  demandAuthenticatorApps,
  emailedCode,
  permanent,
  temporary,
  app as unsigned,
} from "./server.mjs";

const incorrect = ["NotAuthorizedException", "Incorrect username or password."];
const wrongCode = ["CodeMismatchException", "Invalid verification code provided, please try again."];
const nobodyThere = ["UserUnAuthenticatedException", "User needs to be authenticated to call this API."];
const revoked = ["NotAuthorizedException", "Access Token has been revoked"];

// A user signs up, confirms with the code from the inbox, signs in by SRP, loads the page again and signs out.
async function selfService(page, origin) {
  const ids = await house("self-service", { AutoVerifiedAttributes: ["email"] });
  const app = await App.open(page, origin, ids);
  const address = "amplify@example.com";
  const signUp = (password) =>
    app.ask("signUp", { username: "alice", password, options: { userAttributes: { email: address } } });
  await refused(
    signUp("Short1!"),
    "InvalidPasswordException",
    "Password did not conform with policy: Password not long enough",
  );
  const { userId, ...signedUp } = await signUp(permanent);
  const delivery = { deliveryMedium: "EMAIL", destination: "a***@e***", attributeName: "email" };
  assert.deepEqual(signedUp, {
    isSignUpComplete: false,
    nextStep: { signUpStep: "CONFIRM_SIGN_UP", codeDeliveryDetails: delivery },
  });
  await refused(signUp(permanent), "UsernameExistsException", "User already exists");
  const early = await app.signIn("alice", permanent);
  assert.deepEqual(early, { isSignedIn: false, nextStep: { signInStep: "CONFIRM_SIGN_UP" } });

  const confirmationCode = await emailedCode(address, "sign-up");
  const confirm = (code) => app.ask("confirmSignUp", { username: "alice", confirmationCode: code });
  await refused(confirm(another(confirmationCode)), ...wrongCode);
  assert.deepEqual(await confirm(confirmationCode), { isSignUpComplete: true, nextStep: { signUpStep: "DONE" } });

  await refused(app.signIn("alice", "Different1!"), ...incorrect);
  await refused(app.signIn("nobody", permanent), "UserNotFoundException", "User does not exist.");
  await refused(app.ask("getCurrentUser"), ...nobodyThere);
  assert.deepEqual(await app.signIn("alice", permanent), done);
  const session = await app.session();
  assert.equal(session.userSub, userId);
  const { identity, access } = await app.verified(session);
  assert.deepEqual([identity.sub, identity["cognito:username"], identity.email], [userId, "alice", address]);
  const me = {
    username: "alice",
    userId,
    signInDetails: { loginId: "alice", authFlowType: "USER_SRP_AUTH" },
  };
  assert.deepEqual(await app.ask("getCurrentUser"), me);
  const attributes = { sub: userId, email: address, email_verified: "true" };
  assert.deepEqual(await app.ask("fetchUserAttributes"), attributes);

  assert.deepEqual(await app.session(), session);
  const renewed = await app.session({ forceRefresh: true });
  const second = await app.verified(renewed);
  assert.equal(second.access.origin_jti, access.origin_jti);
  assert.notEqual(second.access.jti, access.jti);
  // A page that is loaded again finds its user and the session where Amplify has kept them.
  await page.reload();
  assert.deepEqual(await app.ask("getCurrentUser"), me);
  assert.deepEqual(await app.session(), renewed);

  assert.equal(await app.ask("signOut"), null);
  await refused(app.ask("getCurrentUser"), ...nobodyThere);
  assert.equal(await app.session(), null);
  await forgotten([session, renewed]);
}

// The access tokens of these sessions are good for nothing.
async function forgotten(sessions) {
  for (const { access } of sessions) {
    await refused(call(unsigned, "GetUser", { AccessToken: access }), ...revoked);
  }
}

// An app can sign its user in as soon as the sign-up is confirmed.
async function automaticSignIn(page, origin) {
  const ids = await house("automatic sign-in", { AutoVerifiedAttributes: ["email"] });
  const app = await App.open(page, origin, ids);
  const email = "automatic@example.com";
  const options = { userAttributes: { email }, autoSignIn: true };
  await app.ask("signUp", { username: "alice", password: permanent, options });
  const confirmationCode = await emailedCode(email, "sign-up");
  const confirmed = await app.ask("confirmSignUp", { username: "alice", confirmationCode });
  assert.deepEqual(confirmed, { isSignUpComplete: true, nextStep: { signUpStep: "COMPLETE_AUTO_SIGN_IN" } });
  assert.deepEqual(await app.ask("autoSignIn"), done);
  assert.equal((await app.ask("getCurrentUser")).username, "alice");
}

// A password is changed, and a forgotten one is replaced with a code from the inbox.
async function passwords(page, origin) {
  const ids = await house("passwords", { AutoVerifiedAttributes: ["email"] });
  const app = await App.open(page, origin, ids);
  const address = "forgetful@example.com";
  await addUser(ids.userPoolId, "alice", { email: address, email_verified: "true" });
  await app.signIn("alice", permanent);
  const changed = "Changed-by-me1";
  const change = (oldPassword) => app.ask("updatePassword", { oldPassword, newPassword: changed });
  await refused(change("Different1!"), ...incorrect);
  assert.equal(await change(permanent), null);
  await app.ask("signOut");
  await refused(app.signIn("alice", permanent), ...incorrect);

  const codeDeliveryDetails = { deliveryMedium: "EMAIL", destination: "f***@e***", attributeName: "email" };
  assert.deepEqual(await app.ask("resetPassword", { username: "alice" }), {
    isPasswordReset: false,
    nextStep: { resetPasswordStep: "CONFIRM_RESET_PASSWORD_WITH_CODE", codeDeliveryDetails },
  });
  const code = await emailedCode(address, "forgot-password");
  const reset = "Reset-by-code1";
  const confirm = (confirmationCode, newPassword) =>
    app.ask("confirmResetPassword", { username: "alice", confirmationCode, newPassword });
  await refused(confirm(another(code), reset), ...wrongCode);
  await refused(
    confirm(code, "Resetbycode1"),
    "InvalidPasswordException",
    "Password did not conform with policy: Password must have symbol characters",
  );
  assert.equal(await confirm(code, reset), null);
  await refused(app.signIn("alice", changed), ...incorrect);
  assert.deepEqual(await app.signIn("alice", reset), done);
}

// An administrator's temporary password is replaced at the first sign-in, with the attributes that the pool demands.
async function newPassword(page, origin) {
  const Schema = [{ Name: "family_name", AttributeDataType: "String", Mutable: true, Required: true }];
  const ids = await house("new password", { Schema });
  const app = await App.open(page, origin, ids);
  const invitation = { UserPoolId: ids.userPoolId, Username: "alice", TemporaryPassword: temporary };
  await call(admin, "AdminCreateUser", { ...invitation, MessageAction: "SUPPRESS" });

  assert.deepEqual(await app.signIn("alice", temporary), {
    isSignedIn: false,
    nextStep: {
      signInStep: "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED",
      missingAttributes: ["family_name"],
    },
  });
  const answer = (password) => app.answer(password, { userAttributes: { family_name: "Liddell" } });
  await refused(
    answer("Short1!"),
    "InvalidPasswordException",
    "Password did not conform with policy: Password not long enough",
  );
  assert.deepEqual(await answer(permanent), done);
  assert.equal((await app.ask("fetchUserAttributes")).family_name, "Liddell");
}

// A user turns codes of an authenticator app on, and is asked for one at the next sign-in.
async function authenticatorApp(page, origin) {
  const ids = await house("authenticator app");
  const app = await App.open(page, origin, ids);
  await demandAuthenticatorApps(ids.userPoolId, "OPTIONAL");
  await addUser(ids.userPoolId, "alice");
  assert.deepEqual(await app.signIn("alice", permanent), done);
  assert.deepEqual(await app.ask("fetchMFAPreference"), {});

  const { sharedSecret } = await app.ask("setUpTOTP");
  const phone = new Authenticator(sharedSecret);
  const code = phone.next();
  await refused(
    app.ask("verifyTOTPSetup", { code: another(code) }),
    "EnableSoftwareTokenMFAException",
    "Code mismatch and fail enable Software Token MFA",
  );
  assert.equal(await app.ask("verifyTOTPSetup", { code }), null);
  assert.equal(await app.ask("updateMFAPreference", { totp: "PREFERRED" }), null);
  assert.deepEqual(await app.ask("fetchMFAPreference"), { enabled: ["TOTP"], preferred: "TOTP" });
  await app.ask("signOut");

  const asked = { isSignedIn: false, nextStep: { signInStep: "CONFIRM_SIGN_IN_WITH_TOTP_CODE" } };
  assert.deepEqual(await app.signIn("alice", permanent), asked);
  const next = phone.next();
  await refused(app.answer(another(next)), "CodeMismatchException", "Invalid code received for user");
  assert.deepEqual(await app.answer(next), done);
  await app.verified(await app.session());
}

// Where every user must have a second factor, who has none sets an authenticator app up on the way in.
async function authenticatorAppDemanded(page, origin) {
  const ids = await house("authenticator app demanded");
  const app = await App.open(page, origin, ids);
  await demandAuthenticatorApps(ids.userPoolId, "ON");
  await addUser(ids.userPoolId, "alice");
  const { isSignedIn, nextStep } = await app.signIn("alice", permanent);
  assert.deepEqual([isSignedIn, nextStep.signInStep], [false, "CONTINUE_SIGN_IN_WITH_TOTP_SETUP"]);
  const phone = new Authenticator(nextStep.totpSetupDetails.sharedSecret);
  assert.deepEqual(await app.answer(phone.next()), done);
  assert.deepEqual(await app.ask("fetchMFAPreference"), { enabled: ["TOTP"] });
}

// After a sign-out everywhere neither the access token nor the refresh token of any session counts.
async function signOutEverywhere(page, origin) {
  const ids = await house("sign-out everywhere");
  const app = await App.open(page, origin, ids);
  await addUser(ids.userPoolId, "alice");
  await app.signIn("alice", permanent);
  const elsewhere = await App.open(await page.context().browser().newPage(), origin, ids);
  await elsewhere.signIn("alice", permanent);
  const sessions = [await app.session(), await elsewhere.session()];

  assert.equal(await app.ask("signOut", { global: true }), null);
  await refused(app.ask("getCurrentUser"), ...nobodyThere);
  await forgotten(sessions);
  await refused(elsewhere.ask("fetchUserAttributes"), ...revoked);
}

await playInApp([
  selfService,
  automaticSignIn,
  passwords,
  newPassword,
  authenticatorApp,
  authenticatorAppDemanded,
  signOutEverywhere,
]);
