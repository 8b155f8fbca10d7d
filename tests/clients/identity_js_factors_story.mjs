// Signs in with second factors against a running server, through amazon-cognito-identity-js.
//
// Usage: identity_js_factors_story.mjs ENDPOINT, with the installed packages in POOLHOUSE_TEST_NODE_MODULES.

import assert from "node:assert/strict";

import { Authenticator } from "./authenticator.mjs";
import {
  ask,
  authenticate,
  follow,
  house,
  refused,
  resultOf,
  sendCode,
  signIn,
  userOf,
  verified,
} from "./identity_js.mjs";
import { addUser, another, demandAuthenticatorApps, permanent } from "./server.mjs";

const mismatch = "Code mismatch and fail enable Software Token MFA";

// What the server knows of a user now, not what the library has kept.
const dataOf = (user) => resultOf((callback) => user.getUserData(callback, { bypassCache: true }));

// A user turns codes of an authenticator app on, and is asked for one at the next sign-in.
async function authenticatorApp() {
  const place = await house("identity-js authenticator app");
  const { UserPoolId, pool } = place;
  await demandAuthenticatorApps(UserPoolId, "OPTIONAL");
  await addUser(UserPoolId, "alice");
  const { user: alice } = await signIn(pool, "alice", permanent);
  assert.equal((await dataOf(alice)).UserMFASettingList, undefined);

  const [outcome, secret] = await follow(alice, "associateSoftwareToken");
  assert.equal(outcome, "secret");
  const phone = new Authenticator(secret);
  const code = phone.next();
  const verify = (code) => follow(alice, "verifySoftwareToken", code, "Phone");
  await refused(verify(another(code)), "EnableSoftwareTokenMFAException", mismatch);
  assert.deepEqual(await verify(code), ["success", { Status: "SUCCESS" }]);
  const on = { Enabled: true, PreferredMfa: true };
  assert.equal(await ask(alice, "setUserMfaPreference", null, on), "SUCCESS");
  const data = await dataOf(alice);
  assert.deepEqual(data.UserMFASettingList, ["SOFTWARE_TOKEN_MFA"]);
  assert.equal(data.PreferredMfaSetting, "SOFTWARE_TOKEN_MFA");
  alice.signOut();

  const user = userOf(pool, "alice");
  const [asked, challenge, { FRIENDLY_DEVICE_NAME }] = await authenticate(user, permanent);
  assert.deepEqual([asked, challenge, FRIENDLY_DEVICE_NAME], ["code of the app required", "SOFTWARE_TOKEN_MFA", "Phone"]);
  assert.equal(user.getSignInUserSession(), null);
  const next = phone.next();
  await refused(sendCode(user, another(next)), "CodeMismatchException", "Invalid code received for user");
  const [completed, session] = await sendCode(user, next);
  assert.equal(completed, "success");
  await verified(place, session);
  const renewed = await ask(user, "refreshSession", session.getRefreshToken());
  await verified(place, renewed);

  // The code has been used.
  const thief = userOf(pool, "alice");
  await authenticate(thief, permanent);
  await refused(sendCode(thief, next), "ExpiredCodeException", "Your software token has already been used once.");
}

// Where every user must have a second factor, who has none sets an authenticator app up on the way in.
async function authenticatorAppDemanded() {
  const place = await house("identity-js authenticator app demanded");
  const { UserPoolId, pool } = place;
  await demandAuthenticatorApps(UserPoolId, "ON");
  await addUser(UserPoolId, "alice");

  const user = userOf(pool, "alice");
  const [outcome, challenge, { MFAS_CAN_SETUP }] = await authenticate(user, permanent);
  assert.deepEqual([outcome, challenge, MFAS_CAN_SETUP], ["factor to be set up", "MFA_SETUP", '["SOFTWARE_TOKEN_MFA"]']);
  const [, secret] = await follow(user, "associateSoftwareToken");
  const phone = new Authenticator(secret);
  const verify = (code) => follow(user, "verifySoftwareToken", code, "Phone");
  const code = phone.next();
  await refused(verify(another(code)), "EnableSoftwareTokenMFAException", mismatch);
  const [completed, session] = await verify(code);
  assert.equal(completed, "success");
  await verified(place, session);

  const again = userOf(pool, "alice");
  assert.equal((await authenticate(again, permanent))[0], "code of the app required");
  const [signedIn] = await sendCode(again, phone.next());
  assert.equal(signedIn, "success");
}

for (const story of [authenticatorApp, authenticatorAppDemanded]) {
  await story();
  console.log(`${story.name}: passed`);
}
