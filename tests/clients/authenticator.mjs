// A user's authenticator app.

import assert from "node:assert/strict";

import { installed } from "./server.mjs";

const { Secret, TOTP } = installed("otpauth");

// How long a code is current, in milliseconds.
const step = 30_000;

// Gives codes that the server takes one after another without waiting: it takes each once, in order, and also that of
// the next step, which is why there are two at a time.
export class Authenticator {
  #totp;
  #last = 0;

  constructor(secret) {
    this.#totp = new TOTP({ secret: Secret.fromBase32(secret) });
  }

  // The code after the last one given, or the current one.
  next() {
    const current = Math.floor(Date.now() / step);
    this.#last = Math.max(this.#last + 1, current);
    assert.ok(this.#last <= current + 1, "the third code in one step is not good yet");
    return this.#totp.generate({ timestamp: this.#last * step });
  }
}
