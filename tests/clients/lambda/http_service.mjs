// Serves the functions beside this file as plain HTTP: a POST of an event to /NAME answers what the function returns.
//
// Usage: http_service.mjs JOURNAL SECRET
//
// An event that nobody who knows the secret has signed, and just now, is answered 403.
//
// The first line printed is the port it listens on. It stops when its standard input closes.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

import * as functions from "./functions.mjs";
import * as misbehaving from "./misbehaving.mjs";
import "./while_stdin_is_open.mjs";

const [, , journal, secret] = process.argv;
process.env.POOLHOUSE_TEST_JOURNAL = journal;

const named = { ...functions, ...misbehaving };

function isGenuine(headers, body) {
  const timestamp = headers["x-poolhouse-timestamp"];
  const digest = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
  const [expected, given] = [`sha256=${digest}`, String(headers["x-poolhouse-signature"])].map((text) => Buffer.from(text));
  const isNew = Math.abs(Date.now() / 1000 - Number(timestamp)) < 300;
  return isNew && expected.length === given.length && timingSafeEqual(expected, given);
}

async function answer(request, response) {
  response.setHeader("Content-Type", "application/json");
  const body = await text(request);
  if (!isGenuine(request.headers, body)) {
    response.writeHead(403).end();
    return;
  }
  try {
    response.end(JSON.stringify(await named[request.url.slice(1)](JSON.parse(body))));
  } catch (error) {
    response.statusCode = 500;
    response.end(JSON.stringify({ errorMessage: error.message, errorType: error.name }));
  }
}

const server = createServer(answer).listen(0, "127.0.0.1", () => console.log(server.address().port));
