// Runs one of the functions beside this file: reads an event from standard input and writes what the function returns.
//
// Usage: command.mjs JOURNAL NAME

import { json } from "node:stream/consumers";

import * as functions from "./functions.mjs";
import * as misbehaving from "./misbehaving.mjs";

const [, , journal, name] = process.argv;
process.env.POOLHOUSE_TEST_JOURNAL = journal;

try {
  const answer = await { ...functions, ...misbehaving }[name](await json(process.stdin));
  process.stdout.write(JSON.stringify(answer));
} catch (error) {
  process.stderr.write(error.message);
  process.exitCode = 1;
}
