// Serves the functions beside this file through the Lambda Invoke API of serverless-offline.
//
// Usage: endpoint.mjs JOURNAL SENDER_KEY
//
// The functions that send codes decrypt them with SENDER_KEY, in hexadecimal.
//
// The first line printed is the port it listens on. It stops when its standard input closes.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import "./while_stdin_is_open.mjs";

const host = "127.0.0.1";
const nodeModules = process.env.POOLHOUSE_TEST_NODE_MODULES;
const [, , journal, senderKey] = process.argv;
const patience = 30_000;

async function freePort() {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

// A running serverless-offline, and everything that it has printed.
function start(port) {
  const program = ["--import", new URL("while_stdin_is_open.mjs", import.meta.url).href, join(nodeModules, ".bin/serverless")];
  const options = ["offline", "start", "--host", host, "--lambdaPort", String(port)];
  const child = spawn(process.execPath, [...program, ...options], {
    cwd: new URL(".", import.meta.url),
    env: {
      PATH: process.env.PATH,
      POOLHOUSE_TEST_JOURNAL: journal,
      POOLHOUSE_TEST_NODE_MODULES: nodeModules,
      POOLHOUSE_TEST_SENDER_KEY: senderKey,
      // Nobody's own settings are read, and what is cached goes away with the journal.
      HOME: dirname(journal),
    },
    // It ends with the standard input, however this script ends.
    stdio: ["inherit", "pipe", "pipe"],
  });
  const log = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => log.push(text));
  return { child, log };
}

// Whether it answers about a function that it doesn't have as Lambda does.
async function answers(port) {
  const url = `http://${host}:${port}/2015-03-31/functions/none/invocations`;
  const response = await fetch(url, { method: "POST", body: "{}" }).catch(() => undefined);
  return response?.headers.get("x-amzn-errortype") === "ResourceNotFoundException";
}

async function serve() {
  const deadline = Date.now() + patience;
  let said = "";
  // Somebody else may take the free port first: then serverless-offline ends, and another port is tried.
  while (Date.now() < deadline) {
    const port = await freePort();
    const { child, log } = start(port);
    while (child.exitCode === null && Date.now() < deadline) {
      if (await answers(port)) return port;
      await wait(20);
    }
    said = Buffer.concat(log).toString();
    if (!said.includes("EADDRINUSE")) break;
  }
  throw new Error(`serverless-offline does not answer:\n${said}`);
}

console.log(await serve());
