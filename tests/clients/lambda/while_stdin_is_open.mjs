// Ends the program that this is imported into when its standard input closes.

import { isMainThread } from "node:worker_threads";

if (isMainThread) process.stdin.on("end", () => process.exit()).resume();
