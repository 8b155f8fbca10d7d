// What the functions were told and did, one line of JSON each, in the file that POOLHOUSE_TEST_JOURNAL names.

import { appendFileSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

export const append = (record) =>
  appendFileSync(process.env.POOLHOUSE_TEST_JOURNAL, `${JSON.stringify(record)}\n`);

// A function that writes down each event before it decides.
export const recorded = (name, decide) => async (event) => {
  append({ function: name, event });
  return decide(event);
};

const records = (path) => readFileSync(path, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));

// Waits for records in a journal that are like this, and gives them.
export async function journalled(path, isWanted, count = 1) {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = records(path).filter(isWanted);
    if (found.length >= count) return found;
    if (Date.now() > deadline) throw new Error(`${found.length} of ${count} records are in the journal`);
    await wait(20);
  }
}
