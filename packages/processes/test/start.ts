import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type ProcessSpec,
  type ProcessState,
  type SupervisedProcess,
  type SuperviseProcessOptions,
  superviseProcess,
} from "@cspace/processes";
import { onTestFinished } from "vitest";

/** A folder with these files, until the test ends. */
export function folderOf(files: Readonly<Record<string, string>> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "cspace-processes-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Supervises a process until the test ends, and remembers its states. */
export function start(
  spec: Partial<ProcessSpec> & Pick<ProcessSpec, "command">,
  options: SuperviseProcessOptions = {},
): SupervisedProcess & { readonly states: readonly ProcessState[] } {
  const supervised = superviseProcess(
    { name: "dev", cwd: spec.cwd ?? folderOf(), ...spec },
    { graceMs: 500, ...options },
  );
  onTestFinished(() => supervised.stop());
  const states: ProcessState[] = [supervised.state];
  supervised.onChange(() => {
    if (states.at(-1) !== supervised.state) states.push(supervised.state);
  });
  return Object.defineProperty(supervised, "states", { value: states }) as ReturnType<typeof start>;
}

/** A program of Node's as a word of a command line. */
export function node(code: string): string {
  return `${process.execPath} -e '${code.replaceAll("'", `'\\''`)}'`;
}

/** A server that answers every request with a text. */
export const serve = (listen: string, text = "hello"): string =>
  `require("http").createServer((q, s) => s.end(${JSON.stringify(text)})).listen(${listen})`;

/** The answer to a request. */
export function request(
  address: { readonly host: string; readonly port: number },
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    get({ ...address, headers: { ...headers }, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    }).on("error", reject);
  });
}

/** Whether a process is there and has not ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/** Resolves when it is true; fails after 10 s. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await isTrue()); ) {
    if (Date.now() > end) throw new Error(`it did not come true: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
