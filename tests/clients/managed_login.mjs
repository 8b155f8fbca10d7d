// The pages of managed login in a browser: how stories come to them, and what every page has to stand.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { env } from "node:process";

import { admin, call, endpoint, installed } from "./server.mjs";

// In what visitors look at a page: a wide window by day and by night, and a telephone.
const looks = [
  { look: "light", colorScheme: "light", viewport: { width: 760, height: 680 } },
  { look: "dark", colorScheme: "dark", viewport: { width: 760, height: 680 } },
  { look: "phone", colorScheme: "light", viewport: { width: 380, height: 680 } },
];

// The rules of WCAG up to level AA.
const rules = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] };
const axe = readFileSync(installed.resolve("axe-core/axe.min.js"), "utf8");

// Makes a pool with a domain, and gives its id and where its pages are.
export async function makePool(name, settings = {}, look = {}) {
  const { UserPool } = await call(admin, "CreateUserPool", { PoolName: name, ...settings });
  await call(admin, "CreateUserPoolDomain", { UserPoolId: UserPool.Id, Domain: name, ...look });
  return { userPoolId: UserPool.Id, domain: `http://${name}.auth.localhost:${new URL(endpoint).port}` };
}

// Makes an app client of the app at an origin, and gives its id.
export async function makeClient(UserPoolId, ClientName, origin, settings = {}) {
  const input = {
    UserPoolId,
    ClientName,
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ["code"],
    AllowedOAuthScopes: ["openid", "email", "profile"],
    CallbackURLs: [`${origin}/callback`],
    LogoutURLs: [`${origin}/signed-out`],
    SupportedIdentityProviders: ["COGNITO"],
    ...settings,
  };
  const { UserPoolClient } = await call(admin, "CreateUserPoolClient", input);
  return { id: UserPoolClient.ClientId, secret: UserPoolClient.ClientSecret };
}

// The address at which a client asks for a sign-in.
export function authorization(base, clientId, origin, parameters = {}) {
  const request = { response_type: "code", client_id: clientId, redirect_uri: `${origin}/callback`, scope: "openid" };
  return `${base}/oauth2/authorize?${new URLSearchParams({ ...request, ...parameters })}`;
}

// Fills in the form of a page by the names of its fields and sends it, as its first button does.
export async function submit(page, form, fields) {
  const found = page.locator(`form[name="${form}"]`);
  for (const [name, value] of Object.entries(fields)) await found.locator(`[name="${name}"]`).fill(value);
  await found.locator("button[type=submit]").first().click();
}

// Waits until the browser is back at the app, and gives what it brings.
export async function backAt(page, origin, path = "/callback") {
  await page.waitForURL((url) => url.origin === origin && url.pathname === path);
  const { searchParams, hash } = new URL(page.url());
  return { query: Object.fromEntries(searchParams), fragment: Object.fromEntries(new URLSearchParams(hash.slice(1))) };
}

// The page has this title, and nothing that keeps people out: by day and by night it obeys the rules of WCAG, and in no
// window does it have to be scrolled sideways. What it looked like is kept in POOLHOUSE_TEST_SCREENSHOTS.
export async function seen(page, name, title) {
  await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
  const folder = join(env.POOLHOUSE_TEST_SCREENSHOTS, "managed-login");
  await mkdir(folder, { recursive: true });
  await page.evaluate(axe);
  const before = page.viewportSize();
  for (const { look, colorScheme, viewport } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.screenshot({ path: join(folder, `${name}-${look}.png`), fullPage: true });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${name} in ${look} is ${overflow} pixels too wide`);
    // The telephone has the colours of the day.
    if (look === "phone") continue;
    const { violations } = await page.evaluate((runOnly) => globalThis.axe.run(document, { runOnly }), rules);
    const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`);
    assert.deepEqual(found, [], `${name} in ${look} keeps people out`);
  }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}
