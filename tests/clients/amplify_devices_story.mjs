// Remembers a user's device in a real page, through aws-amplify, against a running server.
//
// Usage: amplify_devices_story.mjs ENDPOINT, with the environment that browser.mjs needs.

import assert from "node:assert/strict";

import { App, done, house, playInApp } from "./amplify.mjs";
import { Authenticator } from "./authenticator.mjs";
import { addUser, admin, call, demandAuthenticatorApps, permanent } from "./server.mjs";

// A remembered device is not asked for a second factor; a forgotten one is again.
async function rememberedDevice(page, origin) {
  const DeviceConfiguration = { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true };
  const ids = await house("remembered device", { DeviceConfiguration });
  await demandAuthenticatorApps(ids.userPoolId, "OPTIONAL");
  await addUser(ids.userPoolId, "alice");
  const app = await App.open(page, origin, ids);
  assert.deepEqual(await app.signIn("alice", permanent), done);
  const [device, ...others] = await app.ask("fetchDevices");
  assert.equal(others.length, 0);
  const { access } = await app.verified(await app.session());
  assert.equal(access.device_key, device.id);
  const { sharedSecret } = await app.ask("setUpTOTP");
  const phone = new Authenticator(sharedSecret);
  await app.ask("verifyTOTPSetup", { code: phone.next() });
  await app.ask("updateMFAPreference", { totp: "PREFERRED" });
  await app.ask("signOut");

  // Only the user can have the device remembered.
  const asked = { isSignedIn: false, nextStep: { signInStep: "CONFIRM_SIGN_IN_WITH_TOTP_CODE" } };
  assert.deepEqual(await app.signIn("alice", permanent), asked);
  assert.deepEqual(await app.answer(phone.next()), done);
  assert.equal(await app.ask("rememberDevice"), null);
  await app.ask("signOut");

  assert.deepEqual(await app.signIn("alice", permanent), done);
  const session = await app.session({ forceRefresh: true });
  const second = await app.verified(session);
  assert.equal(second.access.device_key, device.id);
  const { Devices } = await call(admin, "AdminListDevices", { UserPoolId: ids.userPoolId, Username: "alice" });
  assert.deepEqual(Devices.map(({ DeviceKey }) => DeviceKey), [device.id]);

  assert.equal(await app.ask("forgetDevice"), null);
  assert.deepEqual(await app.ask("fetchDevices"), []);
  await app.ask("signOut");
  assert.deepEqual(await app.signIn("alice", permanent), asked);
}

await playInApp([rememberedDevice]);
