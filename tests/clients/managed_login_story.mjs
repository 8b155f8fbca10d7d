// Signs people in on the pages of managed login, in a real browser: with the implicit grant, with the code grant after a
// sign-up and the set-up of an authenticator app, and with a passkey. Keeps pictures of the pages.
//
// Usage: managed_login_story.mjs ENDPOINT, with the environment that browser.mjs needs.

import assert from "node:assert/strict";

import { Authenticator } from "./authenticator.mjs";
import { play, serve, withAuthenticator } from "./browser.mjs";
import { authorization, backAt, makeClient, makePool, seen, submit } from "./managed_login.mjs";
import { Relying } from "./relying.mjs";
import {
  addUser,
  admin,
  another,
  call,
  demandAuthenticatorApps,
  emailedCode,
  endpoint,
  permanent,
  temporary,
  verifierOf,
} from "./server.mjs";

const signIn = "Sign in";

// Somebody whom an administrator has added signs in on the pool's domain and sets a password of their own.
async function implicitGrant(page, origin) {
  const { userPoolId, domain } = await makePool("implicit");
  const client = await makeClient(userPoolId, "Acorn Bank", origin, { AllowedOAuthFlows: ["implicit"] });
  const user = { UserPoolId: userPoolId, Username: "alice", TemporaryPassword: temporary };
  await call(admin, "AdminCreateUser", { ...user, MessageAction: "SUPPRESS" });

  await page.goto(
    authorization(domain, client.id, origin, { response_type: "token", state: "a state", nonce: "a nonce" }),
  );
  await seen(page, "sign-in", signIn);
  await submit(page, "cognitoSignInForm", { username: "alice", password: "Different1!" });
  await seen(page, "sign-in-refused", signIn);
  assert.equal(await page.locator("#errorMessage").textContent(), "Incorrect username or password.");
  assert.equal(await page.locator("#signInFormUsername").inputValue(), "alice");
  assert.equal(await page.locator("#signInFormPassword").inputValue(), "");

  await submit(page, "cognitoSignInForm", { password: temporary });
  await seen(page, "new-password", "Choose a new password");
  await submit(page, "newPasswordForm", { password: permanent, confirm_password: "Different1!" });
  assert.equal(await page.locator("#errorMessage").textContent(), "The passwords are not the same.");
  await submit(page, "newPasswordForm", { password: permanent, confirm_password: permanent });

  const { query, fragment } = await backAt(page, origin);
  assert.deepEqual(query, {});
  assert.deepEqual(Object.keys(fragment), ["id_token", "access_token", "token_type", "expires_in", "state"]);
  assert.equal(fragment.state, "a state");
  const verify = await verifierOf(userPoolId);
  const identity = verify(fragment.id_token, client.id);
  assert.deepEqual([identity["cognito:username"], identity.nonce], ["alice", "a nonce"]);
  assert.equal(verify(fragment.access_token, null).scope, "openid");
}

// Somebody signs up and sets up an authenticator app; another app of the pool then knows them, until they sign out.
async function codeGrant(page, origin) {
  const { userPoolId } = await makePool("code", { UsernameAttributes: ["email"], AutoVerifiedAttributes: ["email"] });
  await demandAuthenticatorApps(userPoolId, "ON");
  const first = await Relying.party(userPoolId, await makeClient(userPoolId, "Tidewater", origin), origin);
  const second = await Relying.party(userPoolId, await makeClient(userPoolId, "Harbour", origin), origin);
  const email = "alice@example.com";

  await page.goto(await first.begin());
  await page.locator("#signUpLink").click();
  await submit(page, "signUpForm", { username: email, password: "weak", confirm_password: "weak" });
  assert.match(await page.locator("#errorMessage").textContent(), /^Password did not conform with policy: /);
  await page.goto(page.url());
  await page.locator("[name=username]").fill(email);
  await page.locator("#newPassword").fill("Perm1");
  await seen(page, "sign-up", "Create your account");
  assert.deepEqual(await page.locator("#passwordRules .met").allTextContents(), [
    "A lowercase letter",
    "An uppercase letter",
    "A number",
  ]);
  await submit(page, "signUpForm", { password: permanent, confirm_password: permanent });
  await seen(page, "confirm", "Confirm your account");
  const code = await emailedCode(email, "sign-up");
  await submit(page, "confirmForm", { code: another(code) });
  assert.equal(
    await page.locator("#errorMessage").textContent(),
    "Invalid verification code provided, please try again.",
  );
  await submit(page, "confirmForm", { code });
  await seen(page, "totp-setup", "Set up your authenticator app");
  const authenticator = new Authenticator(await page.locator("#totpSecret").getAttribute("data-secret"));
  await submit(page, "totpSetupForm", { code: authenticator.next() });
  await backAt(page, origin);
  const tokens = await first.finish(page.url());
  assert.equal((await first.userInfo(tokens)).email, email);

  await page.goto(await second.begin());
  await backAt(page, origin);
  assert.equal((await second.finish(page.url())).claims().sub, tokens.claims().sub);

  await page.goto(first.signOut());
  await backAt(page, origin, "/signed-out");
  await page.goto(await second.begin());
  await submit(page, "cognitoSignInForm", { username: email, password: permanent });
  await seen(page, "code", "Enter your code");
  await submit(page, "codeForm", { code: authenticator.next() });
  await backAt(page, origin);
  assert.equal((await second.finish(page.url())).claims().sub, tokens.claims().sub);
}

// Somebody registers a passkey after a sign-in by password, and comes back with it.
async function passkey(page, origin) {
  const { userPoolId } = await makePool("passkey", {
    Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"] } },
  });
  const WebAuthnConfiguration = { RelyingPartyId: "localhost", UserVerification: "required" };
  await call(admin, "SetUserPoolMfaConfig", { UserPoolId: userPoolId, WebAuthnConfiguration });
  const flows = { ExplicitAuthFlows: ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] };
  const client = await makeClient(userPoolId, "Lanternworks", origin, flows);
  await addUser(userPoolId, "alice", { email: "alice@example.com", email_verified: "true" });
  const authenticator = await withAuthenticator(page);

  const request = authorization(endpoint, client.id, origin);
  await page.goto(request);
  await submit(page, "cognitoSignInForm", { username: "alice" });
  await page.locator("#factorPASSWORD").click();
  await seen(page, "password", "Enter your password");
  await submit(page, "passwordForm", { password: permanent });
  await backAt(page, origin);

  const back = { client_id: client.id, redirect_uri: `${origin}/callback` };
  await page.goto(`${endpoint}/passkeys/add?${new URLSearchParams(back)}`);
  await seen(page, "passkey-add", "Add a passkey");
  await page.locator("#passkeyButton").click();
  await backAt(page, origin);
  const [kept, ...more] = await authenticator.credentials();
  assert.deepEqual([kept.rpId, kept.isResidentCredential, more.length], ["localhost", true, 0]);

  await page.goto(`${request}&prompt=login`);
  await submit(page, "cognitoSignInForm", { username: "alice" });
  await seen(page, "choice", "Choose how to sign in");
  await page.locator("#factorWEB_AUTHN").click();
  await seen(page, "passkey", "Sign in with a passkey");
  await page.locator("#passkeyButton").click();
  const { query } = await backAt(page, origin);
  assert.match(query.code, /^[0-9a-f-]{36}$/);
}

for (const story of [implicitGrant, codeGrant, passkey]) story.visitor = { deviceScaleFactor: 2 };

const site = await serve("");
try {
  await play([implicitGrant, codeGrant, passkey], site.origin);
} finally {
  await site.close();
}
