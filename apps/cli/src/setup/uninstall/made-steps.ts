import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { homePaths, readMade } from "@cspace/compose";
import { type PlanStep, runCommand } from "@cspace/plan";
import type { Context } from "../../context.ts";

/** Something that cspace made outside its home, and that is as it made it: a database without an entry, an empty folder. */
interface Left {
  readonly databases: readonly string[];
  /** The innermost first. */
  readonly folders: readonly string[];
}

/** What of the folders and databases that cspace made may go again, once `goes` is gone. */
export async function planMade(context: Context, goes: ReadonlySet<string>): Promise<PlanStep[]> {
  const { databases, folders } = await findLeft(context, goes);
  const step = (path: string, before: string): PlanStep => ({
    kind: "remove",
    path,
    before,
    after: null,
    needsRoot: false,
  });
  return [
    ...databases.map((path) => step(path, "a certificate database without an entry\n")),
    ...folders.map((path) => step(path, "an empty folder\n")),
  ];
}

/** Removes it. */
export async function removeMade(context: Context): Promise<void> {
  const { databases, folders } = await findLeft(context, new Set());
  for (const path of databases) await rm(path, { recursive: true, force: true });
  // One that is used by then stays.
  for (const path of folders) await rmdir(path).catch(() => undefined);
}

async function findLeft({ env }: Context, goes: ReadonlySet<string>): Promise<Left> {
  const made = await readMade(homePaths({ env }));
  const empty = await Promise.all(made.databases.map((path) => isUnused(path, goes)));
  const databases = made.databases.filter((_, index) => empty[index]);
  const gone = new Set([...goes, ...databases]);
  const folders: string[] = [];
  for (const path of made.folders.toReversed()) {
    const entries = await readdir(path).catch(() => undefined);
    if (entries?.every((entry) => gone.has(join(path, entry))) !== true) continue;
    folders.push(path);
    gone.add(path);
  }
  return { databases, folders };
}

/** Whether a database holds nothing, but for what goes: steps of trust name it as `nss:<path>#<fingerprint>`. */
async function isUnused(path: string, goes: ReadonlySet<string>): Promise<boolean> {
  const files = await readdir(path).catch(() => undefined);
  if (files === undefined) return false;
  const own = new Set(["cert9.db", "key4.db", "pkcs11.txt"]);
  const { stdout, exitCode } = await runCommand("certutil", ["-L", "-d", `sql:${path}`]).catch(() => ({
    stdout: "",
    exitCode: 1,
  }));
  // certutil(1): a line of heads and an empty one, then an entry a line with its trust at the end.
  const entries = stdout.split("\n").filter((line) => /\S+\s+[a-zA-Z]*,[a-zA-Z]*,[a-zA-Z]*\s*$/.test(line));
  const leaving = [...goes].filter((one) => one.startsWith(`nss:${path}#`)).length;
  return exitCode === 0 && entries.length <= leaving && files.every((file) => own.has(file));
}
