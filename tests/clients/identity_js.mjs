// An app that signs its users in with amazon-cognito-identity-js, and what is expected of it.

import assert from "node:assert/strict";

import { admin, call, endpoint, installed, verifierOf } from "./server.mjs";

export const { AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool } = installed(
  "amazon-cognito-identity-js",
);

// Keeps what a browser keeps in localStorage; unlike the library's own storage it gives null for what is not there.
class BrowserStorage {
  #items = new Map();

  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  setItem(key, value) {
    this.#items.set(key, String(value));
  }

  removeItem(key) {
    this.#items.delete(key);
  }
}

// A pool and a client in it, with the flows that a client has when none are named; seen by an administrator and an app.
export async function house(name, settings = {}) {
  const { UserPool } = await call(admin, "CreateUserPool", { PoolName: name, ...settings });
  const input = { UserPoolId: UserPool.Id, ClientName: "identity-js" };
  const { UserPoolClient } = await call(admin, "CreateUserPoolClient", input);
  const ids = { UserPoolId: UserPool.Id, ClientId: UserPoolClient.ClientId };
  return { ...ids, pool: elsewhere(ids) };
}

// The pool as it is seen by a browser in which nobody has signed in.
export const elsewhere = ({ UserPoolId, ClientId }) =>
  new CognitoUserPool({ UserPoolId, ClientId, endpoint, Storage: new BrowserStorage() });

export const userOf = (pool, Username) => new CognitoUser({ Pool: pool, Username, Storage: pool.storage });

// Calls a function with a callback of an error and a result, and gives a promise of the result.
export const resultOf = (call) =>
  new Promise((resolve, reject) => {
    call((error, result) => (error ? reject(error) : resolve(result)));
  });

// Calls a method that takes a callback last.
export const ask = (object, method, ...parameters) =>
  resultOf((callback) => object[method](...parameters, callback));

// Calls a function with an object of callbacks; which one is called, and with what, is the result.
export const outcomeOf = (call) =>
  new Promise((resolve, reject) => {
    const outcome = (name) => (...results) => resolve([name, ...results]);
    call({
      onSuccess: outcome("success"),
      onFailure: reject,
      newPasswordRequired: outcome("new password required"),
      inputVerificationCode: outcome("code sent"),
      associateSecretCode: outcome("secret"),
      totpRequired: outcome("code of the app required"),
      mfaSetup: outcome("factor to be set up"),
      customChallenge: outcome("custom challenge"),
    });
  });

// Calls a method that takes an object of callbacks last.
export const follow = (object, method, ...parameters) =>
  outcomeOf((callbacks) => object[method](...parameters, callbacks));

export const authenticate = (user, Password) =>
  follow(user, "authenticateUser", new AuthenticationDetails({ Username: user.getUsername(), Password }));

// Answers with a code of the user's authenticator app.
export const sendCode = (user, code) =>
  outcomeOf((callbacks) => user.sendMFACode(code, callbacks, "SOFTWARE_TOKEN_MFA"));

// Signs in from the first leg to the last, and gives the user and the session.
export async function signIn(pool, username, password) {
  const user = userOf(pool, username);
  const [outcome, session] = await authenticate(user, password);
  assert.equal(outcome, "success");
  assert.ok(session.isValid(), "a session that is not valid");
  assert.equal(user.getSignInUserSession(), session);
  return { user, session };
}

// The call must fail with exactly this error and message, as apps look for them.
export async function refused(promise, name, message) {
  const error = await promise.then(
    () => assert.fail(`nothing was refused; expected ${name}: ${message}`),
    (refusal) => refusal,
  );
  assert.deepEqual([error.name, error.code, error.message], [name, name, message]);
}

// Verifies both tokens of a session, and gives their claims.
export async function verified({ UserPoolId, ClientId }, session) {
  const verify = await verifierOf(UserPoolId);
  const identity = verify(session.getIdToken().getJwtToken(), ClientId);
  const access = verify(session.getAccessToken().getJwtToken(), null);
  assert.deepEqual([identity.token_use, access.token_use], ["id", "access"]);
  assert.deepEqual([access.sub, access.client_id], [identity.sub, ClientId]);
  assert.equal(access.username, identity["cognito:username"]);
  return { identity, access };
}

export const attributesOf = async (user) =>
  Object.fromEntries((await ask(user, "getUserAttributes")).map(({ Name, Value }) => [Name, Value]));
