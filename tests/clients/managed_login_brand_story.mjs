// Looks at the pages of managed login as an administrator has them look: in the style of an app client, and in classic CSS.
//
// Usage: managed_login_brand_story.mjs ENDPOINT, with the environment that browser.mjs needs.

import assert from "node:assert/strict";

import { play, serve } from "./browser.mjs";
import { authorization, backAt, makeClient, makePool, seen, submit } from "./managed_login.mjs";
import { addUser, admin, call, permanent } from "./server.mjs";

// A logo whose colour suits its background.
const logo = (colour) => {
  const mark = `<circle cx="20" cy="20" r="18" fill="${colour}"/>`;
  const word = `<rect x="50" y="14" width="110" height="12" rx="6" fill="${colour}"/>`;
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="160" height="40">${mark}${word}</svg>`);
};
const drawn = (image) => image.complete && image.naturalWidth > 0;
const background = (page, selector) =>
  page.locator(selector).evaluate((element) => getComputedStyle(element).backgroundColor);

// A style: colours by day and by night, a logo for each, and what a new user agrees to.
async function style(page, origin) {
  const { userPoolId, domain } = await makePool("style", {}, { ManagedLoginVersion: 2 });
  const client = await makeClient(userPoolId, "Fernhill", origin);
  await addUser(userPoolId, "alice");
  const button = (backgroundColor, textColor) => ({ defaults: { backgroundColor, textColor } });
  const Settings = {
    components: {
      primaryButton: { lightMode: button("1d6b45ff", "ffffffff"), darkMode: button("8fe3b4ff", "06281aff") },
      pageBackground: { lightMode: { color: "eef5f0ff" }, darkMode: { color: "0b1410ff" } },
      form: { logo: { enabled: true } },
    },
  };
  const asset = (ColorMode, colour) => ({ Category: "FORM_LOGO", ColorMode, Extension: "SVG", Bytes: logo(colour) });
  await call(admin, "CreateManagedLoginBranding", {
    UserPoolId: userPoolId,
    ClientId: client.id,
    Settings,
    Assets: [asset("LIGHT", "#1d6b45"), asset("DARK", "#8fe3b4")],
  });
  for (const TermsName of ["terms-of-use", "privacy-policy"]) {
    await call(admin, "CreateTerms", {
      UserPoolId: userPoolId,
      ClientId: client.id,
      TermsName,
      TermsSource: "LINK",
      Enforcement: "NONE",
      Links: { "cognito:default": `https://fernhill.example.com/${TermsName}` },
    });
  }

  await page.goto(authorization(domain, client.id, origin));
  await seen(page, "styled-sign-in", "Sign in");
  assert.equal(await background(page, "#signInSubmitButton"), "rgb(29, 107, 69)");
  assert.equal(await background(page, "body"), "rgb(238, 245, 240)");
  assert.ok(await page.locator(".logo").evaluate(drawn), "the logo is not drawn");
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  assert.equal(await background(page, "#signInSubmitButton"), "rgb(143, 227, 180)");
  assert.equal(await background(page, "body"), "rgb(11, 20, 16)");
  assert.ok(await page.locator(".logo").evaluate(drawn), "the logo is not drawn by night");
  await page.locator("#signUpLink").click();
  await seen(page, "styled-sign-up", "Create your account");
  for (const [name, terms] of [
    ["Terms of use", "terms-of-use"],
    ["Privacy policy", "privacy-policy"],
  ]) {
    const link = page.getByRole("link", { name });
    assert.equal(await link.getAttribute("href"), `https://fernhill.example.com/${terms}`);
  }
}

// Classic CSS and a picture, of all clients of a pool whose domain has the classic pages.
async function classic(page, origin) {
  const { userPoolId, domain } = await makePool("classic", {}, { ManagedLoginVersion: 1 });
  const client = await makeClient(userPoolId, "Classic", origin);
  await addUser(userPoolId, "alice");
  const button = ".submitButton-customizable { background-color: #7a1f5c; color: #ffffff; }";
  const CSS = `${button} .label-customizable { font-weight: 400; }`;
  await call(admin, "SetUICustomization", { UserPoolId: userPoolId, CSS });
  await page.goto(authorization(domain, client.id, origin));
  await seen(page, "classic-sign-in", "Sign in");
  assert.equal(await background(page, "#signInSubmitButton"), "rgb(122, 31, 92)");
  await submit(page, "cognitoSignInForm", { username: "alice", password: permanent });
  await backAt(page, origin);
}

const site = await serve("");
try {
  await play([style, classic], site.origin);
} finally {
  await site.close();
}
