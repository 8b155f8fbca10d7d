// Plays an app's life with its users against a running server, through amazon-cognito-identity-js, which signs in by
// SRP, and verifies tokens with aws-jwt-verify.
//
// Usage: identity_js_story.mjs ENDPOINT, with the installed packages in POOLHOUSE_TEST_NODE_MODULES.

import assert from "node:assert/strict";

import {
  CognitoUserAttribute,
  ask,
  attributesOf,
  authenticate,
  follow,
  house,
  refused,
  signIn,
  userOf,
  verified,
} from "./identity_js.mjs";
import { addUser, admin, another, call, emailedCode, permanent, temporary } from "./server.mjs";

const incorrect = "Incorrect username or password.";
const wrongCode = "Invalid verification code provided, please try again.";

// A user signs up, confirms with the code from the inbox, signs in, refreshes, changes the password and signs out.
async function selfService() {
  const place = await house("identity-js self-service", { AutoVerifiedAttributes: ["email"] });
  const { pool } = place;
  const address = "identity-js@example.com";
  const attributes = [new CognitoUserAttribute({ Name: "email", Value: address })];
  const signUp = (password) => ask(pool, "signUp", "alice", password, attributes, null);
  await refused(
    signUp("Short1!"),
    "InvalidPasswordException",
    "Password did not conform with policy: Password not long enough",
  );
  const { user: alice, userConfirmed, userSub, codeDeliveryDetails } = await signUp(permanent);
  assert.equal(userConfirmed, false);
  const delivery = { AttributeName: "email", DeliveryMedium: "EMAIL", Destination: "i***@e***" };
  assert.deepEqual(codeDeliveryDetails, delivery);
  await refused(signUp(permanent), "UsernameExistsException", "User already exists");
  await refused(authenticate(alice, permanent), "UserNotConfirmedException", "User is not confirmed.");

  const code = await emailedCode(address, "sign-up");
  await refused(ask(alice, "confirmRegistration", another(code), true), "CodeMismatchException", wrongCode);
  assert.equal(await ask(alice, "confirmRegistration", code, true), "SUCCESS");

  await refused(authenticate(alice, "Different1!"), "NotAuthorizedException", incorrect);
  await refused(authenticate(userOf(pool, "nobody"), permanent), "UserNotFoundException", "User does not exist.");
  const { user, session } = await signIn(pool, "alice", permanent);
  const first = await verified(place, session);
  assert.deepEqual([first.identity.sub, first.identity["cognito:username"]], [userSub, "alice"]);
  assert.deepEqual(await attributesOf(user), { sub: userSub, email: address, email_verified: "true" });

  const renewed = await ask(user, "refreshSession", session.getRefreshToken());
  const second = await verified(place, renewed);
  assert.equal(second.access.origin_jti, first.access.origin_jti);
  assert.notEqual(second.access.jti, first.access.jti);
  assert.equal(renewed.getRefreshToken().getToken(), session.getRefreshToken().getToken());
  // A page that is loaded again finds its user and the session where the library has kept them.
  const kept = await ask(pool.getCurrentUser(), "getSession");
  assert.equal(kept.getAccessToken().getJwtToken(), renewed.getAccessToken().getJwtToken());

  const changed = "Changed-by-me1";
  await refused(ask(user, "changePassword", "Different1!", changed), "NotAuthorizedException", incorrect);
  assert.equal(await ask(user, "changePassword", permanent, changed), "SUCCESS");
  await refused(authenticate(alice, permanent), "NotAuthorizedException", incorrect);
  await signIn(pool, "alice", changed);
}

// A forgotten password is replaced with a code from the inbox.
async function forgottenPassword() {
  const { ClientId, pool } = await house("identity-js forgotten password", { AutoVerifiedAttributes: ["email"] });
  const address = "forgetful@example.com";
  const attributes = [new CognitoUserAttribute({ Name: "email", Value: address })];
  const { user: alice } = await ask(pool, "signUp", "alice", permanent, attributes, null);
  await ask(alice, "confirmRegistration", await emailedCode(address, "sign-up"), true);

  const [outcome, sent] = await follow(alice, "forgotPassword");
  assert.equal(outcome, "code sent");
  const delivery = { AttributeName: "email", DeliveryMedium: "EMAIL", Destination: "f***@e***" };
  assert.deepEqual(sent, { CodeDeliveryDetails: delivery });
  const code = await emailedCode(address, "forgot-password");
  const reset = "Reset-by-code1";
  await refused(follow(alice, "confirmPassword", another(code), reset), "CodeMismatchException", wrongCode);
  await refused(
    follow(alice, "confirmPassword", code, "Resetbycode1"),
    "InvalidPasswordException",
    "Password did not conform with policy: Password must have symbol characters",
  );
  assert.deepEqual(await follow(alice, "confirmPassword", code, reset), ["success", "SUCCESS"]);
  await refused(authenticate(alice, permanent), "NotAuthorizedException", incorrect);
  const { session } = await signIn(pool, "alice", reset);
  assert.equal(session.getAccessToken().decodePayload().client_id, ClientId);
}

// An administrator's temporary password is replaced at the first sign-in, with the attributes that the pool demands.
async function newPassword() {
  const Schema = [{ Name: "family_name", AttributeDataType: "String", Mutable: true, Required: true }];
  const place = await house("identity-js new password", { Schema });
  const { UserPoolId, pool } = place;
  const invitation = { UserPoolId, Username: "alice", TemporaryPassword: temporary, MessageAction: "SUPPRESS" };
  const UserAttributes = [{ Name: "email", Value: "alice@example.com" }];
  await call(admin, "AdminCreateUser", { ...invitation, UserAttributes });

  const user = userOf(pool, "alice");
  await refused(authenticate(user, permanent), "NotAuthorizedException", incorrect);
  const [outcome, known, required] = await authenticate(user, temporary);
  assert.equal(outcome, "new password required");
  assert.deepEqual(known, { email: "alice@example.com" });
  assert.deepEqual(required, ["family_name"]);
  assert.equal(user.getSignInUserSession(), null);

  const complete = (password, more) => follow(user, "completeNewPasswordChallenge", password, more);
  await refused(
    complete(permanent, {}),
    "InvalidParameterException",
    "Invalid attributes given, family_name is missing",
  );
  const [completed, session] = await complete(permanent, { family_name: "Liddell" });
  assert.equal(completed, "success");
  const { identity } = await verified(place, session);
  assert.deepEqual([identity["cognito:username"], identity.family_name], ["alice", "Liddell"]);
  await refused(
    complete(permanent, { family_name: "Liddell" }),
    "NotAuthorizedException",
    "Invalid session for the user, session can only be used once.",
  );
  await refused(authenticate(userOf(pool, "alice"), temporary), "NotAuthorizedException", incorrect);
  await signIn(pool, "alice", permanent);
}

// Where addresses are usernames, the library goes on with the generated one after the first leg.
async function emailAsUsername() {
  const place = await house("identity-js email as username", {
    UsernameAttributes: ["email"],
    AutoVerifiedAttributes: ["email"],
  });
  const address = "addressed@example.com";
  const { user: signedUp, userSub } = await ask(place.pool, "signUp", address, permanent, [], null);
  await ask(signedUp, "confirmRegistration", await emailedCode(address, "sign-up"), false);

  await refused(authenticate(userOf(place.pool, address), "Different1!"), "NotAuthorizedException", incorrect);
  const { user, session } = await signIn(place.pool, address, permanent);
  assert.equal(user.getUsername(), userSub);
  const { identity } = await verified(place, session);
  assert.deepEqual([identity["cognito:username"], identity.email], [userSub, address]);
}

// After a sign-out everywhere neither the access token nor the refresh token of any session counts.
async function signOutEverywhere() {
  const { UserPoolId, pool } = await house("identity-js sign-out everywhere");
  await addUser(UserPoolId, "alice");
  const elsewhere = await signIn(pool, "alice", permanent);
  const here = await signIn(pool, "alice", permanent);

  assert.deepEqual(await follow(here.user, "globalSignOut"), ["success", "SUCCESS"]);
  assert.equal(pool.getCurrentUser(), null);
  const revoked = ["NotAuthorizedException", "Access Token has been revoked"];
  await refused(ask(elsewhere.user, "getUserAttributes"), ...revoked);
  await refused(ask(elsewhere.user, "changePassword", permanent, "Changed-by-me1"), ...revoked);
  // The library tries this again for some seconds before it gives up.
  await refused(
    ask(elsewhere.user, "refreshSession", elsewhere.session.getRefreshToken()),
    "NotAuthorizedException",
    "Refresh Token has been revoked",
  );
}

for (const story of [selfService, forgottenPassword, newPassword, emailAsUsername, signOutEverywhere]) {
  await story();
  console.log(`${story.name}: passed`);
}
