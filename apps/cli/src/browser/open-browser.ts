import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What is needed of a process that opens something. */
export interface Opener {
  readonly exitCode: number | null;
  once(event: "exit", listener: (code: number | null) => void): unknown;
  on(event: "error", listener: () => void): unknown;
}

/** Options of {@link openBrowser}. */
export interface OpenBrowserOptions {
  readonly signal: AbortSignal;
  /** Starts the system's opener. @default that of the package `open` */
  readonly open?: (url: string) => Promise<Opener>;
  /** How long it may take to fail, in milliseconds; one that goes on may be the browser itself. @default 1000 */
  readonly patienceMs?: number;
}

/**
 * Opens a URL with the system's opener, which is left running. Gives why it did not open, in words that follow
 * "not opened: ", or `undefined`.
 */
export async function openBrowser(url: string, options: OpenBrowserOptions): Promise<string | undefined> {
  const { signal, open = await loadOpen(), patienceMs = 1000 } = options;
  const timer = new AbortController();
  try {
    return await Promise.race([
      watch(open(url)),
      sleep(patienceMs, undefined, { signal: AbortSignal.any([signal, timer.signal]) }),
    ]);
  } finally {
    timer.abort();
  }
}

async function watch(starting: Promise<Opener>): Promise<string | undefined> {
  try {
    const opener = await starting;
    opener.on("error", () => {});
    const code = opener.exitCode ?? (await new Promise<number | null>((done) => opener.once("exit", done)));
    return code === 0 ? undefined : `the system's opener failed${code === null ? "" : ` with exit code ${code}`}`;
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const name = path === undefined ? "the system's opener" : basename(path);
    return code === "ENOENT" ? `there is no ${name} on this machine` : `${name} could not be started (${code})`;
  }
}

async function loadOpen(): Promise<(url: string) => Promise<Opener>> {
  return (await import("open")).default;
}
