import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type BrowserContext, type Page as ChromiumPage, chromium } from "playwright-core";
import { WebSocket } from "ws";

/** A window of a real browser. */
export interface BrowserPage {
  /** Rejects with the browser's own code where it warns instead. */
  readonly open: (url: string) => Promise<void>;
  /** What an expression of the page comes to; a promise is awaited. */
  readonly evaluate: (expression: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** A browser of this machine. */
export interface TestBrowser {
  readonly name: "Chromium" | "Firefox";
  readonly isThere: boolean;
  /** What it calls a certificate of a root that it does not know, one that has ended, and one that its root may not sign. */
  readonly codes: Readonly<Record<"unknown" | "ended" | "constrained", string>>;
  /** Starts it for the user of a home folder, where its certificate store is; `names` lead it to this machine. */
  readonly start: (home: string, names?: readonly string[]) => Promise<BrowserPage>;
}

const find = (...paths: string[]): string | undefined => paths.find((path) => existsSync(path));
const chromiumPath = find("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");
/** Whether there is one to start. */
export const hasChromium: boolean = chromiumPath !== undefined;
const firefoxPath = find("/usr/bin/firefox-esr", "/usr/bin/firefox");

/** Starts Chromium with a new profile. */
export async function startChromium(
  home: string,
  names: readonly string[] = [],
): Promise<{ context: BrowserContext; page: ChromiumPage }> {
  const quiet = ["background-networking", "component-update", "sync", "quic", "gpu"].map((one) => `--disable-${one}`);
  const rules = names.map((name) => `MAP ${name} 127.0.0.1`).join(", ");
  const args = [
    ...[...quiet, "--no-first-run", `--host-resolver-rules=${rules}`],
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  ];
  const env = { ...process.env, HOME: home } as Record<string, string>;
  const folder = mkdtempSync(join(home, "profile-"));
  const context = await chromium.launchPersistentContext(folder, { executablePath: chromiumPath as string, args, env });
  return { context, page: await context.newPage() };
}

/** It breaks off what it loads when an interface of the machine's network comes or goes, as with every container. */
async function goTo(page: ChromiumPage, url: string, attempts = 5): Promise<void> {
  try {
    await page.goto(url);
  } catch (error) {
    if (attempts === 1 || !String(error).includes("ERR_NETWORK_CHANGED")) throw error;
    // Its own page of the error is on its way.
    await setTimeout(300);
    await goTo(page, url, attempts - 1);
  }
}

/** Starts Firefox with the one profile that there is, or will be, and speaks WebDriver BiDi to it. */
async function startFirefox(home: string, names: readonly string[] = []): Promise<BrowserPage> {
  const profile = join(home, ".mozilla/firefox/test.default");
  mkdirSync(profile, { recursive: true });
  writeFileSync(join(profile, "user.js"), `user_pref("network.dns.localDomains", "${names.join(",")}");\n`);
  const args = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"];
  const child = spawn(firefoxPath as string, args, {
    env: { ...process.env, HOME: home, MOZ_DISABLE_CONTENT_SANDBOX: "1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const socket = new WebSocket(`${await readAddress(child)}/session`);
  await once(socket, "open");
  const waiting = new Map<number, (answer: BidiAnswer) => void>();
  socket.on("message", (data) => {
    const answer = JSON.parse(String(data)) as BidiAnswer;
    waiting.get(answer.id)?.(answer);
  });
  let last = 0;
  const call = async (method: string, params: object): Promise<BidiResult> => {
    last += 1;
    const answered = new Promise<BidiAnswer>((resolve) => waiting.set(last, resolve));
    socket.send(JSON.stringify({ id: last, method, params }));
    const { type, result = {}, message } = await answered;
    if (type === "error") throw new Error(message);
    return result;
  };
  await call("session.new", { capabilities: {} });
  const context = (await call("browsingContext.getTree", {})).contexts?.[0]?.context;
  return {
    open: async (url) => void (await call("browsingContext.navigate", { context, url, wait: "complete" })),
    evaluate: async (expression) => {
      const { type, result, exceptionDetails } = await call("script.evaluate", {
        expression,
        target: { context },
        awaitPromise: true,
      });
      if (type === "exception") throw new Error(exceptionDetails?.text);
      return result?.value;
    },
    close: async () => {
      const ended = once(child, "exit");
      await call("browser.close", {});
      socket.terminate();
      await ended;
    },
  };
}

interface BidiAnswer {
  readonly id: number;
  readonly type: "success" | "error";
  readonly message?: string;
  readonly result?: BidiResult;
}

interface BidiResult {
  readonly type?: "success" | "exception";
  readonly contexts?: readonly { readonly context: string }[];
  readonly result?: { readonly value?: unknown };
  readonly exceptionDetails?: { readonly text: string };
}

/** Where it says that it listens. */
async function readAddress({ stderr }: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of stderr ?? []) {
    text += chunk;
    const [, address] = /WebDriver BiDi listening on (ws:\S+)/.exec(text) ?? [];
    if (address !== undefined) {
      stderr?.resume();
      return address;
    }
  }
  throw new Error(`Firefox ended: ${text}`);
}

/** The browsers that the tests know, on this machine or not. */
export const browsers: readonly TestBrowser[] = [
  {
    name: "Chromium",
    isThere: chromiumPath !== undefined,
    codes: {
      unknown: "ERR_CERT_AUTHORITY_INVALID",
      ended: "ERR_CERT_DATE_INVALID",
      constrained: "ERR_CERT_INVALID",
    },
    start: async (home, names) => {
      const { context, page } = await startChromium(home, names);
      return {
        open: (url) => goTo(page, url),
        evaluate: (expression) => page.evaluate(expression),
        close: () => context.close(),
      };
    },
  },
  {
    name: "Firefox",
    isThere: firefoxPath !== undefined,
    codes: {
      unknown: "SEC_ERROR_UNKNOWN_ISSUER",
      ended: "SEC_ERROR_EXPIRED_CERTIFICATE",
      constrained: "SEC_ERROR_CERT_NOT_IN_NAME_SPACE",
    },
    start: startFirefox,
  },
];
