// Signs in with second factors on the pages of managed login, in a real browser: each is set up, chosen, and answered; and
// with a code by e-mail instead of a password.
//
// Usage: managed_login_factors_story.mjs ENDPOINT, with the environment that browser.mjs needs.

import { Authenticator } from "./authenticator.mjs";
import { play, serve } from "./browser.mjs";
import { authorization, backAt, makeClient, makePool, seen, submit } from "./managed_login.mjs";
import { addUser, admin, another, call, emailedCode, endpoint, permanent } from "./server.mjs";

const email = "alice@example.com";
const sender = {
  EmailConfiguration: {
    EmailSendingAccount: "DEVELOPER",
    SourceArn: "arn:aws:ses:us-east-1:000000000000:identity/pool@example.com",
  },
};

// Who has no second factor sets one up; who has two chooses.
async function secondFactors(page, origin) {
  const { userPoolId } = await makePool("factors", sender);
  const factors = { SoftwareTokenMfaConfiguration: { Enabled: true }, EmailMfaConfiguration: {} };
  await call(admin, "SetUserPoolMfaConfig", { UserPoolId: userPoolId, MfaConfiguration: "ON", ...factors });
  const client = await makeClient(userPoolId, "Factors", origin);
  await addUser(userPoolId, "alice");
  await addUser(userPoolId, "bob");
  const signIn = async (username) => {
    await page.goto(authorization(endpoint, client.id, origin, { prompt: "login" }));
    await submit(page, "cognitoSignInForm", { username, password: permanent });
  };

  await signIn("alice");
  await seen(page, "factor-setup", "Set up a second step");
  await page.locator("#factorEMAIL_OTP").click();
  await seen(page, "email-setup", "Add your email address");
  await submit(page, "contactForm", { contact: "alice@elsewhere.example.com" });
  const code = await emailedCode("alice@elsewhere.example.com", "authentication");
  await submit(page, "codeForm", { code: another(code) });
  await seen(page, "code-refused", "Enter your code");
  await submit(page, "codeForm", { code });
  await backAt(page, origin);

  await signIn("bob");
  await page.locator("#factorSOFTWARE_TOKEN_MFA").click();
  const authenticator = new Authenticator(await page.locator("#totpSecret").getAttribute("data-secret"));
  await submit(page, "totpSetupForm", { code: authenticator.next() });
  await backAt(page, origin);
  const bob = { UserPoolId: userPoolId, Username: "bob" };
  const UserAttributes = Object.entries({ email, email_verified: "true" }).map(([Name, Value]) => ({ Name, Value }));
  await call(admin, "AdminUpdateUserAttributes", { ...bob, UserAttributes });
  const both = { EmailMfaSettings: { Enabled: true }, SoftwareTokenMfaSettings: { Enabled: true } };
  await call(admin, "AdminSetUserMFAPreference", { ...bob, ...both });
  await signIn("bob");
  await seen(page, "factor-choice", "Choose a second step");
  await page.locator("#factorEMAIL_OTP").click();
  await submit(page, "codeForm", { code: await emailedCode(email, "authentication") });
  await backAt(page, origin);
  await signIn("bob");
  await page.locator("#factorSOFTWARE_TOKEN_MFA").click();
  await submit(page, "codeForm", { code: authenticator.next() });
  await backAt(page, origin);
}

// Who has a code sent by e-mail needs no password; who forgot it gets another.
async function withoutPassword(page, origin) {
  const { userPoolId } = await makePool("passwordless", {
    AutoVerifiedAttributes: ["email"],
    Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] } },
  });
  const flows = { ExplicitAuthFlows: ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] };
  const client = await makeClient(userPoolId, "Passwordless", origin, flows);
  await addUser(userPoolId, "alice", { email, email_verified: "true" });
  const request = authorization(endpoint, client.id, origin, { prompt: "login", login_hint: "alice" });

  await page.goto(request);
  await submit(page, "cognitoSignInForm", {});
  await page.locator("#factorEMAIL_OTP").click();
  await seen(page, "email-code", "Enter your code");
  await submit(page, "codeForm", { code: await emailedCode(email, "authentication") });
  await backAt(page, origin);

  await page.goto(request);
  await submit(page, "cognitoSignInForm", {});
  await page.locator("#factorPASSWORD").click();
  await page.locator("#forgotPassword").click();
  await submit(page, "forgotPasswordForm", { username: "alice" });
  await seen(page, "reset-password", "Reset your password");
  const code = await emailedCode(email, "forgot-password");
  const password = "Another-one1!";
  await submit(page, "confirmForgotPasswordForm", { code, password, confirm_password: password });
  await seen(page, "password-changed", "Sign in");
  await page.locator("#noticeMessage").waitFor();
}

const site = await serve("");
try {
  await play([secondFactors, withoutPassword], site.origin);
} finally {
  await site.close();
}
