// Signs in with challenges of an app's own, which three functions define, through amazon-cognito-identity-js.
//
// Usage: identity_js_custom_auth_story.mjs ENDPOINT JOURNAL, with the installed packages in POOLHOUSE_TEST_NODE_MODULES.

import assert from "node:assert/strict";

import { AuthenticationDetails, authenticate, follow, house, outcomeOf, refused, userOf, verified } from "./identity_js.mjs";
import { journalled } from "./lambda/journal.mjs";
import { addUser, admin, another, call, permanent } from "./server.mjs";

const journal = process.argv[3];
const incorrect = ["NotAuthorizedException", "Incorrect username or password."];
const email = "alice@example.com";
const arn = (name) => `arn:aws:lambda:us-east-1:000000000000:function:triggers-test-${name}`;
const LambdaConfig = Object.fromEntries(
  ["DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"].map((name) => [name, arn(name)]),
);

async function place(name) {
  const made = await house(`identity-js ${name}`, { LambdaConfig });
  await addUser(made.UserPoolId, "alice", { email, email_verified: "true" });
  return made;
}

// The code that the function has sent at this sign-in, which is the one so many in the pool.
async function mailedCode({ UserPoolId }, count = 1) {
  const mails = await journalled(journal, ({ mail, userPoolId }) => mail && userPoolId === UserPoolId, count);
  assert.equal(mails.length, count);
  return mails.at(-1).mail;
}

// Begins to sign in without a password.
function begin(pool, username) {
  const user = userOf(pool, username);
  user.setAuthenticationFlowType("CUSTOM_AUTH");
  const details = new AuthenticationDetails({ Username: username });
  return { user, challenge: follow(user, "initiateAuth", details) };
}

const answer = (user, code, metadata) =>
  outcomeOf((callbacks) => user.sendCustomChallengeAnswer(code, callbacks, metadata));

// Nothing but the code that came by mail signs in; a wrong one may be corrected.
async function passwordless() {
  const { pool, ...ids } = await place("passwordless");
  const { user, challenge } = begin(pool, "alice");
  assert.deepEqual(await challenge, ["custom challenge", { USERNAME: "alice", email: "a***@example.com" }]);
  const mail = await mailedCode(ids);
  assert.equal(mail.to, email);

  const [again] = await answer(user, another(mail.code));
  assert.equal(again, "custom challenge");
  const [outcome, session] = await answer(user, mail.code, { tab: "7" });
  assert.equal(outcome, "success");
  const { identity } = await verified(ids, session);
  assert.deepEqual([identity["cognito:username"], identity.email], ["alice", email]);
  assert.equal(user.getSignInUserSession(), session);

  const triggered = ({ event }) =>
    event?.userPoolId === ids.UserPoolId && event.triggerSource.startsWith("VerifyAuthChallengeResponse");
  const heard = await journalled(journal, triggered, 2);
  assert.deepEqual(heard.map(({ event }) => event.request.clientMetadata), [{}, { tab: "7" }]);
}

// The function gives up after three wrong answers.
async function threeWrongAnswers() {
  const { pool, ...ids } = await place("three wrong answers");
  const { user, challenge } = begin(pool, "alice");
  await challenge;
  const { code } = await mailedCode(ids);
  for (const expected of ["custom challenge", "custom challenge"]) {
    const [outcome] = await answer(user, another(code));
    assert.equal(outcome, expected);
  }
  await refused(answer(user, another(code)), ...incorrect);
}

// The password comes first, by SRP, and then the code.
async function afterThePassword() {
  const { pool, ...ids } = await place("after the password");
  const withPassword = (password) => {
    const user = userOf(pool, "alice");
    user.setAuthenticationFlowType("CUSTOM_AUTH");
    return { user, challenge: authenticate(user, password) };
  };
  await refused(withPassword("Different1!").challenge, ...incorrect);

  const { user, challenge } = withPassword(permanent);
  const [outcome] = await challenge;
  assert.equal(outcome, "custom challenge");
  const { code } = await mailedCode(ids);
  const [done, session] = await answer(user, code);
  assert.equal(done, "success");
  await verified(ids, session);

  const defined = ({ event }) =>
    event?.userPoolId === ids.UserPoolId && event.triggerSource.startsWith("DefineAuthChallenge");
  const heard = (await journalled(journal, defined)).map(({ event }) => event.request.session);
  const built = (challengeName) => ({ challengeName, challengeResult: true, challengeMetadata: null });
  const [first, second] = ["SRP_A", "PASSWORD_VERIFIER"].map(built);
  const third = { challengeName: "CUSTOM_CHALLENGE", challengeResult: true, challengeMetadata: `CODE-${code}` };
  assert.deepEqual(heard.slice(-3), [[first], [first, second], [first, second, third]]);
}

// Where nobody is to learn who is there, a name that belongs to nobody is asked like any other, and never gets in.
async function nobody() {
  const { pool, ...ids } = await place("nobody");
  const PreventUserExistenceErrors = "ENABLED";
  await call(admin, "UpdateUserPoolClient", { ...ids, PreventUserExistenceErrors });
  const { user, challenge } = begin(pool, "nobody");
  const [outcome, { USERNAME }] = await challenge;
  assert.deepEqual([outcome, USERNAME], ["custom challenge", "nobody"]);
  const { code } = await mailedCode(ids);
  await refused(answer(user, code), ...incorrect);

  const heard = await journalled(journal, ({ event }) => event?.userPoolId === ids.UserPoolId && event.userName === "nobody");
  assert.ok(heard.length >= 3, "the functions are asked about nobody, too");
  for (const { event } of heard) {
    assert.deepEqual([event.request.userNotFound, event.request.userAttributes], [true, {}], event.triggerSource);
  }
}

for (const story of [passwordless, threeWrongAnswers, afterThePassword, nobody]) {
  await story();
  console.log(`${story.name}: passed`);
}
