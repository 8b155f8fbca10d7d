// Signs users in as relying parties do that know an issuer and nothing else of this server: openid-client and
// oauth4webapi, both strict about what OpenID Connect demands, of pools like Amazon Cognito's and of strict ones.
//
// Usage: relying_parties_story.mjs ENDPOINT, with the environment that browser.mjs needs.

import assert from "node:assert/strict";

import { play, serve } from "./browser.mjs";
import { backAt, makeClient, makePool, submit } from "./managed_login.mjs";
import { Relying } from "./relying.mjs";
import { addUser, endpoint, installed, permanent } from "./server.mjs";

const openid = installed("openid-client");
const oauth = installed("oauth4webapi");
const insecure = { [oauth.allowInsecureRequests]: true };
const email = "alice@example.com";

// Makes a pool with a user in it, and two clients: one of an app that keeps a secret, one of an app that can't.
async function house(name, settings, origin) {
  const { userPoolId } = await makePool(name, settings);
  await addUser(userPoolId, "alice", { email, email_verified: "true" });
  const confidential = await makeClient(userPoolId, "confidential", origin, { GenerateSecret: true });
  return { userPoolId, confidential, open: await makeClient(userPoolId, "open", origin) };
}

async function signIn(page, address, origin) {
  await page.goto(address);
  await submit(page, "cognitoSignInForm", { username: "alice", password: permanent });
  await backAt(page, origin);
}

// openid-client discovers, signs in, asks who it is, refreshes and revokes.
async function openidClient(page, origin, name, settings, verified) {
  const { userPoolId, confidential, open } = await house(`openid-client-${name}`, settings, origin);
  for (const client of [confidential, open]) {
    const party = await Relying.party(userPoolId, client, origin);
    await signIn(page, await party.begin({ prompt: "login" }), origin);
    const tokens = await party.finish(page.url());
    const { sub } = tokens.claims();
    const user = await party.userInfo(tokens);
    assert.deepEqual([user.sub, user.email, user.email_verified], [sub, email, verified]);
    const renewed = await party.refresh(tokens);
    assert.equal(renewed.claims().sub, sub);
    assert.notEqual(renewed.access_token, tokens.access_token);
    await party.revoke(tokens);
    await assert.rejects(party.refresh(tokens), (error) => {
      assert.ok(error instanceof openid.ResponseBodyError, error);
      return error.error === "invalid_grant";
    });
  }
  // A code is good once, and for the one who began.
  const party = await Relying.party(userPoolId, open, origin);
  await page.goto(await party.begin());
  await backAt(page, origin);
  const thief = await Relying.party(userPoolId, open, origin);
  await thief.begin();
  await assert.rejects(thief.finish(page.url()));
  // Without a session, and without showing a page: an error at the app's own address.
  await page.goto(party.signOut());
  await backAt(page, origin, "/signed-out");
  await page.goto(await party.begin({ prompt: "none" }));
  await backAt(page, origin);
  await assert.rejects(party.finish(page.url()), (error) => {
    assert.ok(error instanceof openid.AuthorizationResponseError, error);
    return error.error === "login_required";
  });
}

// oauth4webapi does each step by itself, and checks each answer.
async function oauth4webapi(page, origin, name, settings, verified) {
  const { userPoolId, confidential } = await house(`oauth4webapi-${name}`, settings, origin);
  const issuer = new URL(`${endpoint}/${userPoolId}`);
  const discovered = await oauth.discoveryRequest(issuer, insecure);
  const server = await oauth.processDiscoveryResponse(issuer, discovered);
  const client = { client_id: confidential.id };
  const proof = oauth.ClientSecretPost(confidential.secret);

  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce, redirect] = [oauth.generateRandomState(), oauth.generateRandomNonce(), `${origin}/callback`];
  const request = {
    client_id: client.client_id,
    redirect_uri: redirect,
    response_type: "code",
    scope: "openid email",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  };
  await signIn(page, `${server.authorization_endpoint}?${new URLSearchParams(request)}`, origin);
  const parameters = oauth.validateAuthResponse(server, client, new URL(page.url()), state);
  const redeem = () =>
    oauth.authorizationCodeGrantRequest(server, client, proof, parameters, redirect, verifier, insecure);
  const demands = { expectedNonce: nonce, requireIdToken: true };
  const first = await redeem();
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, first, demands);
  await oauth.validateApplicationLevelSignature(server, first, insecure);
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);

  const asked = await oauth.userInfoRequest(server, client, tokens.access_token, insecure);
  const user = await oauth.processUserInfoResponse(server, client, sub, asked);
  assert.deepEqual([user.email, user.email_verified], [email, verified]);

  const refresh = () => oauth.refreshTokenGrantRequest(server, client, proof, tokens.refresh_token, insecure);
  const renewed = await oauth.processRefreshTokenResponse(server, client, await refresh());
  assert.equal(oauth.getValidatedIdTokenClaims(renewed).sub, sub);
  const revoked = await oauth.revocationRequest(server, client, proof, tokens.refresh_token, insecure);
  assert.equal(await oauth.processRevocationResponse(revoked), undefined);
  await invalidGrant(oauth.processRefreshTokenResponse(server, client, await refresh()));
  await invalidGrant(oauth.processAuthorizationCodeResponse(server, client, await redeem(), demands));
}

function invalidGrant(promise) {
  return assert.rejects(promise, (error) => {
    assert.ok(error instanceof oauth.ResponseBodyError, error);
    return error.error === "invalid_grant";
  });
}

// As Cognito does, pools give truths at the UserInfo endpoint as text; strict pools give them as truths.
const modes = [
  { name: "compatible", settings: {}, verified: "true" },
  { name: "strict", settings: { UserPoolTags: { oidc_strict: "true" } }, verified: true },
];
const stories = modes.flatMap(({ name, settings, verified }) =>
  Object.entries({ openidClient, oauth4webapi }).map(([library, play]) => {
    const story = (page, origin) => play(page, origin, name, settings, verified);
    return Object.defineProperty(story, "name", { value: `${library}-${name}` });
  }),
);

const site = await serve("");
try {
  await play(stories, site.origin);
} finally {
  await site.close();
}
