// Uses the pages of managed login without JavaScript, and in other languages, in a real browser.
//
// Usage: managed_login_plain_story.mjs ENDPOINT, with the environment that browser.mjs needs.

import assert from "node:assert/strict";

import { Authenticator } from "./authenticator.mjs";
import { play, serve } from "./browser.mjs";
import { authorization, backAt, makeClient, makePool, seen, submit } from "./managed_login.mjs";
import { addUser, admin, call, demandAuthenticatorApps, emailedCode, endpoint, permanent } from "./server.mjs";

const another = "Another-one1!";
const scriptless = { javaScriptEnabled: false };

// Somebody signs up, sets up an authenticator app, comes back with a code of it, and forgets the password.
async function withoutScript(page, origin) {
  const { userPoolId } = await makePool("plain", { AutoVerifiedAttributes: ["email"] });
  await demandAuthenticatorApps(userPoolId, "ON");
  const client = await makeClient(userPoolId, "Plain", origin);
  const request = authorization(endpoint, client.id, origin, { state: "a state" });
  const email = "alice@example.com";

  await page.goto(request);
  await page.locator("#signUpLink").click();
  const account = { username: "alice", "requiredAttributes[email]": email };
  await submit(page, "signUpForm", { ...account, password: permanent, confirm_password: permanent });
  await submit(page, "confirmForm", { code: await emailedCode(email, "sign-up") });
  const secret = await page.locator("#totpSecret").getAttribute("data-secret");
  const authenticator = new Authenticator(secret);
  await submit(page, "totpSetupForm", { code: "000000" });
  await page.locator("#errorMessage").waitFor();
  assert.equal(await page.locator("#totpSecret").getAttribute("data-secret"), secret);
  await submit(page, "totpSetupForm", { code: authenticator.next() });
  await arrived(page, origin);

  await page.goto(`${request}&prompt=login`);
  await page.locator("#forgotPassword").click();
  await submit(page, "forgotPasswordForm", { username: "alice" });
  const code = await emailedCode(email, "forgot-password");
  await submit(page, "confirmForgotPasswordForm", { code, password: another, confirm_password: another });
  await page.locator("#noticeMessage").waitFor();
  await submit(page, "cognitoSignInForm", { password: permanent });
  assert.equal(await page.locator("#errorMessage").textContent(), "Incorrect username or password.");
  await submit(page, "cognitoSignInForm", { password: another });
  await submit(page, "codeForm", { code: authenticator.next() });
  await arrived(page, origin);
}
withoutScript.visitor = scriptless;

async function arrived(page, origin) {
  const { query } = await backAt(page, origin);
  assert.deepEqual(Object.keys(query), ["code", "state"]);
  assert.equal(query.state, "a state");
}

// Who has no script learns that passkeys need one, and signs in another way.
async function passkeysNeedScript(page, origin) {
  const { userPoolId } = await makePool("scriptless", {
    Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "WEB_AUTHN"] } },
  });
  const WebAuthnConfiguration = { RelyingPartyId: "localhost" };
  await call(admin, "SetUserPoolMfaConfig", { UserPoolId: userPoolId, WebAuthnConfiguration });
  const flows = { ExplicitAuthFlows: ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] };
  const client = await makeClient(userPoolId, "Scriptless", origin, flows);
  await addUser(userPoolId, "alice");
  await page.goto(authorization(endpoint, client.id, origin));
  await submit(page, "cognitoSignInForm", { username: "alice" });
  await submit(page, "passwordForm", { password: permanent });
  await backAt(page, origin);
  const back = { client_id: client.id, redirect_uri: `${origin}/callback` };
  await page.goto(`${endpoint}/passkeys/add?${new URLSearchParams(back)}`);
  await page.locator("noscript .message").waitFor();
  await page.locator("#skipPasskey").click();
  await backAt(page, origin);
}
passkeysNeedScript.visitor = scriptless;

// The pages follow the browser's language, or the one that the visitor chooses, which they remember; and keys are enough.
async function languages(page, origin) {
  const { userPoolId } = await makePool("languages");
  const client = await makeClient(userPoolId, "Muster", origin);
  await addUser(userPoolId, "alice");
  const request = authorization(endpoint, client.id, origin);
  await page.goto(request);
  await seen(page, "sign-in-german", "Anmelden");
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
  await page.locator("summary").click();
  await seen(page, "languages", "Anmelden");
  await page.getByRole("link", { name: "日本語" }).click();
  await seen(page, "sign-in-japanese", "サインイン");
  await page.goto(request);
  assert.equal(await page.locator("html").getAttribute("lang"), "ja");
  await page.locator("#forgotPassword").click();
  await seen(page, "forgot-password-japanese", "パスワードをリセット");
  await page.goto(authorization(endpoint, client.id, "https://elsewhere.example.com"));
  await seen(page, "error", "問題が発生しました");
  await page.goto(`${request}&lang=de`);
  await page.getByRole("button", { name: "Anmelden" }).waitFor();
  await page.keyboard.type("alice");
  await page.keyboard.press("Tab");
  await page.keyboard.type(permanent);
  await page.keyboard.press("Enter");
  await backAt(page, origin);
}
languages.visitor = { locale: "de-AT" };

const site = await serve("");
try {
  await play([withoutScript, passkeysNeedScript, languages], site.origin);
} finally {
  await site.close();
}
