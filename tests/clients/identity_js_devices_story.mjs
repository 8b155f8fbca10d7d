// Remembers a user's device against a running server, through amazon-cognito-identity-js.
//
// Usage: identity_js_devices_story.mjs ENDPOINT, with the installed packages in POOLHOUSE_TEST_NODE_MODULES.

import assert from "node:assert/strict";

import { Authenticator } from "./authenticator.mjs";
import { ask, authenticate, elsewhere, follow, house, refused, sendCode, userOf, verified } from "./identity_js.mjs";
import { addUser, demandAuthenticatorApps, permanent } from "./server.mjs";

const DeviceConfiguration = { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true };

// A device that its user has remembered is not asked for a second factor; others are, and it is again once forgotten.
async function rememberedDevice() {
  const place = await house("identity-js remembered device", { DeviceConfiguration });
  const { UserPoolId, pool } = place;
  await demandAuthenticatorApps(UserPoolId, "OPTIONAL");
  await addUser(UserPoolId, "alice");
  const first = userOf(pool, "alice");
  // The library confirms the device itself; whether to remember it is for the user to say.
  const [outcome, session, confirmationNecessary] = await authenticate(first, permanent);
  assert.deepEqual([outcome, confirmationNecessary], ["success", true]);
  const { access } = await verified(place, session);
  const [, secret] = await follow(first, "associateSoftwareToken");
  const phone = new Authenticator(secret);
  await follow(first, "verifySoftwareToken", phone.next(), "Phone");
  await ask(first, "setUserMfaPreference", null, { Enabled: true, PreferredMfa: true });
  first.signOut();

  const user = userOf(pool, "alice");
  assert.equal((await authenticate(user, permanent))[0], "code of the app required");
  const [completed, proven] = await sendCode(user, phone.next());
  assert.equal(completed, "success");
  assert.equal((await verified(place, proven)).access.device_key, access.device_key);
  assert.deepEqual(await follow(user, "setDeviceStatusRemembered"), ["success", "SUCCESS"]);
  const [, { Device }] = await follow(user, "getDevice");
  assert.equal(Device.DeviceKey, access.device_key);
  const [, { Devices }] = await follow(user, "listDevices", 10, null);
  assert.deepEqual(Devices.map(({ DeviceKey }) => DeviceKey), [access.device_key]);
  user.signOut();

  const remembered = userOf(pool, "alice");
  await refused(authenticate(remembered, "Different1!"), "NotAuthorizedException", "Incorrect username or password.");
  const [again, known] = await authenticate(remembered, permanent);
  assert.equal(again, "success");
  assert.equal((await verified(place, known)).access.device_key, access.device_key);
  const renewed = await ask(remembered, "refreshSession", known.getRefreshToken());
  assert.equal((await verified(place, renewed)).access.device_key, access.device_key);
  const stranger = userOf(elsewhere(place), "alice");
  assert.equal((await authenticate(stranger, permanent))[0], "code of the app required");

  assert.deepEqual(await follow(remembered, "forgetDevice"), ["success", "SUCCESS"]);
  remembered.signOut();
  assert.equal((await authenticate(userOf(pool, "alice"), permanent))[0], "code of the app required");
}

await rememberedDevice();
console.log(`${rememberedDevice.name}: passed`);
