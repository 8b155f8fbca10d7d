// Signs in by aws-amplify's signInWithRedirect, which knows HTTPS only, in a real browser that trusts the server's own
// certificate authority and nothing else new; and signs out.
//
// Usage: amplify_redirect_story.mjs ENDPOINT HTTPS_PORT, with the certificate authority in NODE_EXTRA_CA_CERTS and the
// environment that browser.mjs needs.

import assert from "node:assert/strict";
import { argv } from "node:process";

import { App, playInApp } from "./amplify.mjs";
import { makeClient, makePool, submit } from "./managed_login.mjs";
import { addUser, permanent } from "./server.mjs";

async function redirect(page, origin) {
  const { userPoolId } = await makePool("redirect");
  const home = `${origin}/`;
  const urls = { CallbackURLs: [home], LogoutURLs: [home] };
  const scopes = ["openid", "email", "aws.cognito.signin.user.admin"];
  const client = await makeClient(userPoolId, "Amplify", origin, { ...urls, AllowedOAuthScopes: scopes });
  await addUser(userPoolId, "alice", { email: "alice@example.com" });
  const ids = { userPoolId, userPoolClientId: client.id, domain: `redirect.auth.localhost:${argv[3]}` };
  const login = ({ protocol, host, pathname }) => `${protocol}//${host}${pathname}` === `https://${ids.domain}/login`;
  const app = await App.open(page, origin, ids);
  assert.equal(await app.session(), null);

  await app.leave("signInWithRedirect", { customState: "a state" });
  await page.waitForURL(login);
  await submit(page, "cognitoSignInForm", { username: "alice", password: permanent });
  await page.waitForURL((url) => url.origin === origin);
  assert.equal(await app.redirected(), "a state");
  const { identity, access } = await app.verified(await app.session());
  assert.deepEqual([identity["cognito:username"], identity.email], ["alice", "alice@example.com"]);
  assert.deepEqual(access.scope.split(" ").sort(), scopes.toSorted());
  const { username } = await app.ask("getCurrentUser");
  assert.equal(username, "alice");

  // The tokens and the browser's session are gone: the next sign-in asks for the password.
  const opened = page.waitForEvent("load");
  await app.leave("signOut");
  await opened;
  assert.equal(page.url(), home);
  assert.equal(await app.session(), null);
  await app.leave("signInWithRedirect");
  await page.waitForURL(login);
}

await playInApp([redirect]);
