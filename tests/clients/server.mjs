// The server under test, seen through the AWS SDK for JavaScript, and what is expected of its answers.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";

export const installed = createRequire(join(process.env.POOLHOUSE_TEST_NODE_MODULES, "package.json"));
export const sdk = installed("@aws-sdk/client-cognito-identity-provider");
const { JwtVerifier } = installed("aws-jwt-verify");

export const endpoint = process.argv[2];
export const temporary = "Temporary1!";
export const permanent = "Permanent1!";
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const settings = { endpoint, region: "us-east-1", maxAttempts: 1 };
export const admin = new sdk.CognitoIdentityProviderClient({
  ...settings,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});
// An app has no AWS credentials: asking for them would be a mistake of ours.
export const app = new sdk.CognitoIdentityProviderClient({
  ...settings,
  credentials: () => Promise.reject(new Error("this operation is not signed")),
});

// Sends one operation, named as in the SDK without its suffix.
export const call = (client, operation, input) => client.send(new sdk[`${operation}Command`](input));

// The call must fail with exactly this error class and message.
export async function refused(promise, name, message) {
  const error = await promise.then(
    () => assert.fail(`nothing was refused; expected ${name}: ${message}`),
    (refusal) => refusal,
  );
  assert.ok(error instanceof sdk[name], `expected ${name}: ${message}, got ${error}`);
  assert.equal(error.name, name);
  assert.equal(error.message, message);
  assert.equal(error.$metadata.httpStatusCode, 400);
  assert.match(error.$metadata.requestId, uuid);
}

export function recent(moment) {
  assert.ok(moment instanceof Date, `${moment} is not a Date`);
  const age = Date.now() - moment.getTime();
  assert.ok(age > -60_000 && age < 300_000, `${moment.toISOString()} is ${age} ms ago`);
}

async function json(path) {
  const response = await fetch(`${endpoint}${path}`);
  assert.equal(response.status, 200, `${path} answers ${response.status}`);
  return response.json();
}

// Reads the newest code of a kind from the inbox of the server, waiting for it to arrive.
export async function emailedCode(address, kind) {
  const { messages } = await json(`/_poolhouse/messages?${new URLSearchParams({ to: address, kind, wait: "5s" })}`);
  assert.ok(messages.length > 0, `no ${kind} message for ${address}`);
  const message = messages.at(-1);
  assert.equal(message.to, address);
  return message.code;
}

// A code of six digits that is not this one.
export const another = (code) => (code === "000000" ? "111111" : "000000");

// Makes a user whose password lasts.
export async function addUser(UserPoolId, Username, attributes = {}) {
  const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
  await call(admin, "AdminCreateUser", { UserPoolId, Username, UserAttributes, MessageAction: "SUPPRESS" });
  await call(admin, "AdminSetUserPassword", { UserPoolId, Username, Password: permanent, Permanent: true });
}

// Makes codes of authenticator apps a second factor of a pool: `OPTIONAL`, or `ON` for everybody.
export async function demandAuthenticatorApps(UserPoolId, MfaConfiguration) {
  const SoftwareTokenMfaConfiguration = { Enabled: true };
  await call(admin, "SetUserPoolMfaConfig", { UserPoolId, SoftwareTokenMfaConfiguration, MfaConfiguration });
}

// Fetches what the pool publishes, and then verifies offline.
export async function verifierOf(poolId) {
  const { issuer, jwks_uri: jwksUri } = await json(`/${poolId}/.well-known/openid-configuration`);
  const jwks = await json(`/${poolId}/.well-known/jwks.json`);
  assert.equal(jwks.keys.length, 2, "a pool publishes two keys");
  return (token, audience) => {
    const verifier = JwtVerifier.create({ issuer, jwksUri, audience });
    verifier.cacheJwks(jwks);
    return verifier.verifySync(token);
  };
}
