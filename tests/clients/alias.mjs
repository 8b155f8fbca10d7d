// Brings requests for any host over HTTPS to the server under test, as a DNS entry and port 443 would: whoever asks goes on
// believing that it talks to AWS, and checks the certificate for that name.

import https from "node:https";

class Alias extends https.Agent {
  constructor(port) {
    super();
    this.port = port;
  }

  createConnection(options, callback) {
    return super.createConnection({ ...options, host: "127.0.0.1", port: this.port }, callback);
  }
}

export const alias = new Alias(Number(process.argv[3]));
https.globalAgent = alias;
