import { spawn } from "node:child_process";
import { lookup } from "node:dns/promises";
import { errorCode } from "./error-code.ts";
import { type LookupCommandOptions, lookupCommand } from "./lookup-command.ts";

/** Options of {@link lookUpName}. */
export interface LookUpNameOptions {
  /** Gives the answer up; the process that waits for it is ended. */
  readonly signal?: AbortSignal | undefined;
  /** @default process.platform */
  readonly platform?: NodeJS.Platform;
}

/**
 * Every address of a name, as the system's resolver gives them to programs: with its hosts file, caches, multicast DNS
 * and VPNs. Empty when there is none.
 *
 * The system is asked by a program of its own, `getent` on Linux and `dscacheutil` on macOS: a lookup within this
 * process could not be given up, and would keep it from ending until the resolver has tried everything.
 *
 * @throws the signal's reason when it is aborted.
 */
export async function lookUpName(hostname: string, options: LookUpNameOptions = {}): Promise<readonly string[]> {
  const { signal, platform = process.platform } = options;
  signal?.throwIfAborted();
  // No program shall take it for an option.
  if (hostname.startsWith("-")) return [];
  try {
    if (platform === "linux") return await joinBatch(hostname, signal);
    if (platform === "darwin") return (await askSystem("darwin", [hostname], signal))[0] ?? [];
  } catch (error) {
    // EACCES: a folder of PATH that this user may not look into, and no other has it.
    if (!["ENOENT", "EACCES"].includes(errorCode(error) ?? "")) throw error;
  }
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}

/** Names that are asked for at the same moment, which one process answers. */
interface Batch {
  readonly names: string[];
  readonly answers: Promise<readonly (readonly string[])[]>;
  readonly cancel: AbortController;
  waiting: number;
}

/** By the last label of the names: those of a domain mostly are all answered, or none is. */
const open = new Map<string, Batch>();

/** A process takes no more: what a command line carries has an end. */
const largestBatch = 256;

async function joinBatch(hostname: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
  const key = hostname.slice(hostname.lastIndexOf(".") + 1);
  const batch = open.get(key) ?? openBatch(key);
  const index = batch.names.push(hostname) - 1;
  if (batch.names.length === largestBatch) open.delete(key);
  batch.waiting += 1;
  let giveUp: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal?.reason);
    signal?.addEventListener("abort", giveUp, { once: true });
  });
  try {
    return (await Promise.race([batch.answers, aborted]))[index] ?? [];
  } finally {
    if (giveUp !== undefined) signal?.removeEventListener("abort", giveUp);
    batch.waiting -= 1;
    if (batch.waiting === 0) {
      if (open.get(key) === batch) open.delete(key);
      batch.cancel.abort();
    }
  }
}

function openBatch(key: string): Batch {
  const names: string[] = [];
  const cancel = new AbortController();
  const answers = new Promise<void>((resolve) => setImmediate(resolve)).then(async () => {
    if (open.get(key) === batch) open.delete(key);
    cancel.signal.throwIfAborted();
    return await askBatch(names, cancel.signal);
  });
  answers.catch(() => undefined);
  const batch: Batch = { names, answers, cancel, waiting: 0 };
  open.set(key, batch);
  return batch;
}

/** Up to so many names are asked for one after the other, whatever becomes of them. */
const smallBatch = 8;

/**
 * Asks for many names of a domain. A rule of the resolver's finds all of them, and each at once; without one, each may take as
 * long as a server far away, and the hosts file alone knows some of them. Some tell which it is.
 */
async function askBatch(names: readonly string[], signal: AbortSignal): Promise<readonly (readonly string[])[]> {
  if (names.length <= smallBatch) return await askSystem("linux", names, signal);
  const samples = [0, names.length >> 1, names.length - 1].map((index) => names[index] as string);
  const found = await Promise.all(samples.map((name) => askSystem("linux", [name], signal)));
  const filesOnly = found.every(([addresses = []]) => addresses.length === 0);
  return await askSystem("linux", names, signal, { filesOnly });
}

async function askSystem(
  platform: "linux" | "darwin",
  names: readonly string[],
  signal: AbortSignal | undefined,
  options: LookupCommandOptions = {},
): Promise<readonly (readonly string[])[]> {
  const { file, args, parse } = lookupCommand(platform, names, options);
  return parse(await read(file, args, signal));
}

/** What a program prints, however it ends. */
function read(file: string, args: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "ignore"], windowsHide: true });
    const end = (): void => void child.kill("SIGKILL");
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    signal?.addEventListener("abort", end, { once: true });
    child.once("error", reject);
    child.once("close", () => {
      signal?.removeEventListener("abort", end);
      if (signal?.aborted === true) reject(signal.reason);
      else resolve(text);
    });
  });
}
