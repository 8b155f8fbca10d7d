// A relying party that knows the issuer of a pool and its own credentials, and finds the rest by openid-client.

import { endpoint, installed } from "./server.mjs";

const client = installed("openid-client");

export class Relying {
  #configuration;
  #origin;
  #checks;

  constructor(configuration, origin) {
    this.#configuration = configuration;
    this.#origin = origin;
  }

  // Discovers a pool for a client of the app at an origin.
  static async party(userPoolId, { id, secret }, origin) {
    const authentication = secret ? client.ClientSecretBasic(secret) : client.None();
    const options = { execute: [client.allowInsecureRequests] };
    const issuer = new URL(`${endpoint}/${userPoolId}`);
    return new Relying(await client.discovery(issuer, id, {}, authentication, options), origin);
  }

  // The address at which a sign-in begins.
  async begin(parameters = {}) {
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const expectedState = client.randomState();
    const expectedNonce = client.randomNonce();
    this.#checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
    const address = client.buildAuthorizationUrl(this.#configuration, {
      redirect_uri: `${this.#origin}/callback`,
      scope: "openid email profile",
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
      state: expectedState,
      nonce: expectedNonce,
      ...parameters,
    });
    return address.href;
  }

  // Gets the tokens for the address at which the browser came back.
  finish(address) {
    return client.authorizationCodeGrant(this.#configuration, new URL(address), this.#checks);
  }

  userInfo(tokens) {
    return client.fetchUserInfo(this.#configuration, tokens.access_token, tokens.claims().sub);
  }

  refresh(tokens) {
    return client.refreshTokenGrant(this.#configuration, tokens.refresh_token);
  }

  revoke(tokens) {
    return client.tokenRevocation(this.#configuration, tokens.refresh_token);
  }

  // The address at which the browser signs out and goes back to the app.
  signOut() {
    const { end_session_endpoint: address } = this.#configuration.serverMetadata();
    const { client_id } = this.#configuration.clientMetadata();
    return `${address}?${new URLSearchParams({ client_id, logout_uri: `${this.#origin}/signed-out` })}`;
  }
}
