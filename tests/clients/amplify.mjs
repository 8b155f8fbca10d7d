// An app in a page that signs its users in with aws-amplify, and what is expected of it.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { bundled, play, serve } from "./browser.mjs";
import { admin, call, endpoint, verifierOf } from "./server.mjs";

// What a sign-in results in when nothing more is asked.
export const done = { isSignedIn: true, nextStep: { signInStep: "DONE" } };

// Plays stories in pages of the app: `story(page, origin)`, where the origin is what serves the app.
export async function playInApp(stories) {
  const site = await serve(await bundled(fileURLToPath(new URL("amplify_app.mjs", import.meta.url))));
  try {
    await play(stories, site.origin);
  } finally {
    await site.close();
  }
}

// Makes a pool and a client in it, with the flows that a client has when none are named, and gives their ids.
export async function house(name, pool = {}, client = {}) {
  const { UserPool } = await call(admin, "CreateUserPool", { PoolName: `amplify ${name}`, ...pool });
  const input = { UserPoolId: UserPool.Id, ClientName: "amplify", ...client };
  const { UserPoolClient } = await call(admin, "CreateUserPoolClient", input);
  return { userPoolId: UserPool.Id, userPoolClientId: UserPoolClient.ClientId };
}

// The app in one page, configured for one client of a pool.
export class App {
  #page;
  #ids;

  constructor(page, ids) {
    this.#page = page;
    this.#ids = ids;
  }

  // Opens the app in a page.
  static async open(page, origin, ids) {
    await page.goto(`${origin}/?${new URLSearchParams({ ...ids, userPoolEndpoint: endpoint })}`);
    return new App(page, ids);
  }

  // Calls a function of aws-amplify/auth in the page; what the app catches there is thrown here.
  async ask(name, input) {
    const { result, error } = await this.#page.evaluate(([name, input]) => ask(name, input), [name, input]);
    if (error) throw Object.assign(new Error(error.message), { name: error.name });
    return result;
  }

  // Calls a function of aws-amplify/auth that leads the browser to other pages.
  leave(name, input) {
    return this.#page.evaluate(([name, input]) => void ask(name, input), [name, input]);
  }

  // The state that a sign-in on other pages brings back.
  redirected() {
    return this.#page.evaluate(() => redirected);
  }

  signIn(username, password, options) {
    return this.ask("signIn", { username, password, options });
  }

  // Answers what the sign-in asks for next.
  answer(challengeResponse, options) {
    return this.ask("confirmSignIn", { challengeResponse, options });
  }

  // The tokens that the app has, and whose they are; null when nobody is signed in.
  session(options) {
    return this.#page.evaluate((options) => session(options), options);
  }

  // Verifies both tokens of a session, and gives their claims.
  async verified(session) {
    const verify = await verifierOf(this.#ids.userPoolId);
    const identity = verify(session.identity, this.#ids.userPoolClientId);
    const access = verify(session.access, null);
    assert.deepEqual([identity.token_use, access.token_use], ["id", "access"]);
    assert.deepEqual([access.sub, access.client_id], [identity.sub, this.#ids.userPoolClientId]);
    assert.equal(access.username, identity["cognito:username"]);
    return { identity, access };
  }
}

// The call must fail with exactly this error and message, as the app sees them.
export async function refused(promise, name, message) {
  const error = await promise.then(
    () => assert.fail(`nothing was refused; expected ${name}: ${message}`),
    (refusal) => refusal,
  );
  assert.deepEqual([error.name, error.message], [name, message]);
}
