// Plays stories in a real Chromium, and shows what its visitors saw when one fails.
//
// The environment says where Chromium is, in POOLHOUSE_TEST_CHROMIUM, and where screenshots go, in
// POOLHOUSE_TEST_SCREENSHOTS.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { env, getuid, pid } from "node:process";

import { installed } from "./server.mjs";

const { chromium } = installed("playwright-core");
const { build } = installed("esbuild");

// How long a page may take to do what a story waits for, in milliseconds.
const patience = 15_000;

// Chromium says so itself of every request that a server refuses; stories look at what the app makes of it.
const refusal = /^Failed to load resource: the server responded with a status of 4\d\d /;

// Bundles a module with the installed packages that it imports, as one script for a page.
export async function bundled(path) {
  const options = { bundle: true, format: "iife", target: "es2022", write: false, logLevel: "error" };
  const { outputFiles } = await build({
    ...options,
    entryPoints: [path],
    nodePaths: [env.POOLHOUSE_TEST_NODE_MODULES],
  });
  return outputFiles[0].text;
}

// Serves one page with a script at every path of a free port of localhost, as an app is served to its developer.
export async function serve(script) {
  const page = '<!doctype html><meta charset="utf-8"><title>App</title><link rel="icon" href="data:,">';
  const server = createServer((request, response) => {
    const isScript = request.url === "/app.js";
    response.setHeader("Content-Type", isScript ? "text/javascript; charset=utf-8" : "text/html; charset=utf-8");
    response.end(isScript ? script : `${page}<script src="/app.js"></script>`);
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "localhost", resolve));
  return {
    origin: `http://localhost:${server.address().port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

// Plays stories one after another, each in a browser of a new visitor: `story(page, ...given)`. What is special about the
// visitor, such as a language, stands in `story.visitor`, as options of a context of Playwright.
//
// A story fails also when a page throws or writes an error to its console.
export async function play(stories, ...given) {
  // Chromium keeps settings and caches in what it takes for the home of its user.
  const home = await mkdtemp(join(tmpdir(), "poolhouse-browser-"));
  trust(home);
  const browser = await chromium.launch({
    executablePath: env.POOLHOUSE_TEST_CHROMIUM,
    // Chromium's sandbox refuses to be built by root.
    chromiumSandbox: getuid() !== 0,
    env: { PATH: env.PATH, LANG: env.LANG, HOME: home },
  });
  try {
    for (const story of stories) {
      await visit(browser, story, given);
      console.log(`${story.name}: passed`);
    }
  } finally {
    await browser.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

// Has Chromium trust the certificate authority that Node was told to trust besides others, if it was told of one.
function trust(home) {
  if (!env.NODE_EXTRA_CA_CERTS) return;
  const folder = join(home, ".pki/nssdb");
  mkdirSync(folder, { recursive: true });
  const certutil = (...command) => execFileSync("certutil", ["-d", `sql:${folder}`, ...command]);
  certutil("-N", "--empty-password");
  certutil("-A", "-n", "local authority", "-t", "C,,", "-i", env.NODE_EXTRA_CA_CERTS);
}

async function visit(browser, story, given) {
  const context = await browser.newContext({ locale: "en-GB", ...story.visitor });
  context.setDefaultTimeout(patience);
  const complaints = [];
  context.on("weberror", (thrown) => complaints.push(`thrown: ${thrown.error().stack}`));
  context.on("console", (message) => {
    if (message.type() === "error" && !refusal.test(message.text())) complaints.push(`console: ${message.text()}`);
  });
  try {
    await story(await context.newPage(), ...given);
    assert.deepEqual(complaints, [], "the page complains");
  } catch (error) {
    const seen = await screenshots(context, story.name);
    throw new Error([`${story.name} failed`, ...complaints, ...seen].join("\n"), { cause: error });
  } finally {
    await context.close();
  }
}

// Saves what each page shows, and gives where.
async function screenshots(context, name) {
  await mkdir(env.POOLHOUSE_TEST_SCREENSHOTS, { recursive: true });
  const script = basename(process.argv[1], ".mjs");
  return Promise.all(
    context.pages().map(async (page, number) => {
      const path = join(env.POOLHOUSE_TEST_SCREENSHOTS, `${script}-${name}-${pid}-${number}.png`);
      const failure = await page.screenshot({ path }).then(() => null, (error) => error);
      return `${page.url()}: ${failure ?? path}`;
    }),
  );
}

// Gives a page an authenticator that keeps passkeys and that its user always agrees with, and gives its credentials.
export async function withAuthenticator(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, automaticPresenceSimulation: true };
  const verification = { hasUserVerification: true, isUserVerified: true };
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: { ...options, ...verification },
  });
  return {
    async credentials() {
      return (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
    },
  };
}
