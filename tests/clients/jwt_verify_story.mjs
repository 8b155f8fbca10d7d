// Verifies tokens with the CognitoJwtVerifier of aws-jwt-verify as everybody uses it: it knows the id of a pool and
// nothing of this server, and fetches the keys from where AWS has them.
//
// Usage: jwt_verify_story.mjs ENDPOINT HTTPS_PORT, with the certificate authority in NODE_EXTRA_CA_CERTS.

import assert from "node:assert/strict";
import { connect } from "node:http2";
import https from "node:https";
import { connect as connectTls } from "node:tls";

import { alias } from "./alias.mjs";
import { addUser, admin, app, call, installed, permanent, sdk } from "./server.mjs";

const { CognitoJwtVerifier } = installed("aws-jwt-verify");
const errors = installed("aws-jwt-verify/error");
const region = "us-east-1";

async function signedIn(name, settings = {}) {
  const { UserPool } = await call(admin, "CreateUserPool", { PoolName: name, ...settings });
  const { UserPoolClient } = await call(admin, "CreateUserPoolClient", {
    UserPoolId: UserPool.Id,
    ClientName: "verified",
    ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
  });
  await addUser(UserPool.Id, "alice");
  const { AuthenticationResult: tokens } = await call(app, "InitiateAuth", {
    ClientId: UserPoolClient.ClientId,
    AuthFlow: "USER_PASSWORD_AUTH",
    AuthParameters: { USERNAME: "alice", PASSWORD: permanent },
  });
  return { userPoolId: UserPool.Id, clientId: UserPoolClient.ClientId, tokens };
}

function get(url) {
  return new Promise((resolve, reject) => {
    const request = https.get(url, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode, text }));
    });
    request.on("error", reject);
  });
}

// Both tokens verify, each as what it is and as nothing else.
async function verified({ userPoolId, clientId, tokens }, issuer) {
  const access = CognitoJwtVerifier.create({ userPoolId, clientId, tokenUse: "access" });
  const id = CognitoJwtVerifier.create({ userPoolId, clientId, tokenUse: "id" });
  const accessClaims = await access.verify(tokens.AccessToken);
  const idClaims = await id.verify(tokens.IdToken);
  assert.equal(accessClaims.iss, issuer);
  assert.equal(idClaims.iss, issuer);
  assert.equal(accessClaims.client_id, clientId);
  assert.equal(idClaims.aud, clientId);
  assert.equal(accessClaims.sub, idClaims.sub);
  await assert.rejects(access.verify(tokens.IdToken), errors.CognitoJwtInvalidTokenUseError);
  await assert.rejects(id.verify(tokens.AccessToken), errors.CognitoJwtInvalidTokenUseError);
  const stranger = CognitoJwtVerifier.create({ userPoolId, clientId: "another", tokenUse: "access" });
  await assert.rejects(stranger.verify(tokens.AccessToken), errors.CognitoJwtInvalidClientIdError);
}

const original = await signedIn("original issuer");
const issuer = `https://cognito-idp.${region}.amazonaws.com/${original.userPoolId}`;
await verified(original, issuer);

const updated = await signedIn("updated issuer", { IssuerConfiguration: { Type: "UPDATED" } });
await verified(updated, `https://issuer-cognito-idp.${region}.amazonaws.com/${updated.userPoolId}`);

const { userPoolId, clientId } = updated;
const ofAnother = CognitoJwtVerifier.create({ userPoolId, clientId, tokenUse: "access" });
await assert.rejects(ofAnother.verify(original.tokens.AccessToken), errors.ParameterValidationError);

// Discovery, at the issuer.
const discovered = await get(`${issuer}/.well-known/openid-configuration`);
assert.equal(discovered.status, 200);
assert.equal(JSON.parse(discovered.text).issuer, issuer);
assert.equal(JSON.parse(discovered.text).jwks_uri, `${issuer}/.well-known/jwks.json`);

// The SDK with no endpoint of ours: it signs for, and calls, the host of AWS.
const unaware = new sdk.CognitoIdentityProviderClient({
  region,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  maxAttempts: 1,
  requestHandler: { httpsAgent: alias },
});
const { UserPool } = await call(unaware, "DescribeUserPool", { UserPoolId: original.userPoolId });
assert.equal(UserPool.Name, "original issuer");
const me = await call(unaware, "GetUser", { AccessToken: original.tokens.AccessToken });
assert.equal(me.Username, "alice");

// Each name is certified, and no other.
for (const host of ["localhost", "tour.auth.localhost", "127.0.0.1", `tour.auth.${region}.amazoncognito.com`]) {
  assert.equal((await get(`https://${host}/readyz`)).status, 200, host);
}
await assert.rejects(get("https://s3.us-east-1.amazonaws.com/readyz"), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });

// HTTP/2, which the listener prefers.
const session = connect("https://localhost", {
  createConnection: () =>
    connectTls({ host: "127.0.0.1", port: alias.port, servername: "localhost", ALPNProtocols: ["h2"] }),
});
const status = await new Promise((resolve, reject) => {
  session.on("error", reject);
  const stream = session.request({ ":path": "/readyz" });
  stream.on("response", (headers) => resolve(headers[":status"]));
  stream.on("error", reject);
  stream.end();
});
assert.equal(status, 200);
session.close();

console.log("aws-jwt-verify believes the tokens");
