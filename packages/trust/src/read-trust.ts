import { readdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type CommandResult, type RunCommand, runCommand } from "@cspace/plan";
import { type FileStore, fileStores, systemReaders } from "./file-stores.ts";
import { findNssDatabases } from "./find-nss-databases.ts";
import { bodyOf, fileNameOf, type RootCertificate, thumbprintOf } from "./root-certificate.ts";
import { javaAlias, keystore, systemKeychain } from "./trust-commands.ts";
import type { OwnEntry, TrustStore } from "./trust-store.ts";

/** Options of {@link readTrust}. */
export interface ReadTrustOptions {
  /** The root that is asked about. */
  readonly root: RootCertificate;
  /** Roots that it took the place of, which may still lie in stores. @default none */
  readonly former?: readonly RootCertificate[];
  /** Of macOS: whether all users of the machine are to trust it, and not this one alone. @default false */
  readonly system?: boolean;
  /** @default process.platform */
  readonly platform?: NodeJS.Platform;
  /** The user's home folder. @default os.homedir() */
  readonly home?: string;
  /** Where the machine's own files are; a test has a folder. @default "/" */
  readonly machine?: string;
  /** @default the real one */
  readonly run?: RunCommand;
}

/**
 * Reads every store of this machine that programs ask, and what it says of a root. Changes nothing; asks for no rights.
 *
 * @example
 * ```ts
 * const stores = await readTrust({ root });
 * stores.map(({ kind, state }) => `${kind}: ${state}`); //=> ["debian: trusted", "nss: not-trusted"]
 * ```
 */
export async function readTrust(options: ReadTrustOptions): Promise<TrustStore[]> {
  const { platform = process.platform } = options;
  const known = { home: homedir(), machine: "/", run: runCommand, former: [], system: false, ...options };
  if (platform === "darwin") return await readKeychains(known);
  if (platform === "win32") return [await readWindows(known)];
  const [system, java, databases, isInWindows] = await Promise.all([
    readSystem(known),
    readJava(known),
    findNssDatabases(known.home),
    isWsl(known.machine),
  ]);
  const nss = await Promise.all(databases.map((path) => readNss(path, known)));
  // Links of WSL are opened by Windows' browsers.
  const around = isInWindows ? await readWindows(known) : undefined;
  return [system, java, ...nss, around].filter((store) => store !== undefined);
}

/** @see https://learn.microsoft.com/windows/wsl/compare-versions */
async function isWsl(machine: string): Promise<boolean> {
  return /microsoft/i.test(await readOrNothing(join(machine, "proc/sys/kernel/osrelease")));
}

type Known = Required<Omit<ReadTrustOptions, "platform">>;

async function readSystem({ root, former, machine }: Known): Promise<TrustStore | undefined> {
  const found = await Promise.all(fileStores.map(async (store) => ({ store, files: await list(machine, store) })));
  const { store, files } = found.find(({ files }) => files !== undefined) ?? {};
  if (store === undefined || files === undefined) return undefined;
  const own = [root, ...former].flatMap((one): OwnEntry[] => {
    const name = `${fileNameOf(one)}${store.extension}`;
    return files.includes(name) ? [{ name: join(store.folder, name), root: one }] : [];
  });
  const bundles = await Promise.all(store.bundles.map((path) => readOrNothing(join(machine, path))));
  const isTrusted = bodyOf(bundles.find((text) => text !== "") ?? "").includes(bodyOf(root.certificate));
  return {
    kind: store.kind,
    path: store.folder,
    readers: systemReaders,
    needsRoot: true,
    isNew: false,
    state: isTrusted ? "trusted" : "not-trusted",
    reason: null,
    own,
  };
}

/**
 * The store that Debian's Java reads: a hook of the system's adds to it, and takes nothing out that went from a folder.
 *
 * @see https://docs.oracle.com/en/java/javase/17/docs/specs/man/keytool.html
 */
async function readJava({ root, former, machine, run }: Known): Promise<TrustStore | undefined> {
  const path = "/etc/ssl/certs/java/cacerts";
  if ((await stat(join(machine, path)).catch(() => undefined)) === undefined) return undefined;
  const store = { kind: "java", path, readers: "Java", needsRoot: true, isNew: false } as const;
  const own: OwnEntry[] = [];
  for (const one of [root, ...former]) {
    const name = javaAlias(one);
    const listed = await ask(run, "keytool", [...keystore(join(machine, path)), "-list", "-rfc", "-alias", name]);
    if (listed === undefined) return { ...store, state: "unknown", reason: "keytool is not on this machine", own };
    if (bodyOf(listed).includes(bodyOf(one.certificate))) own.push({ name, root: one });
  }
  const isTrusted = own.some((entry) => entry.root === root);
  return { ...store, state: isTrusted ? "trusted" : "not-trusted", reason: null, own };
}

async function readNss({ path, readers }: { path: string; readers: string }, known: Known): Promise<TrustStore> {
  const { root, former, run } = known;
  const isNew = (await readOrNothing(join(path, "cert9.db"))) === "";
  const store = { kind: "nss", path, readers, needsRoot: false, isNew } as const;
  const own: OwnEntry[] = [];
  let isTrusted = false;
  for (const one of [root, ...former]) {
    const { name, certificate } = one;
    const listed = await ask(run, "certutil", ["-L", "-d", `sql:${path}`, "-n", name, "-a"]);
    if (listed === undefined) {
      return {
        ...store,
        state: "unknown",
        reason: "certutil is not on this machine: install libnss3-tools or nss-tools",
        own,
      };
    }
    if (bodyOf(listed) !== bodyOf(certificate)) continue;
    own.push({ name, root: one });
    if (one !== root) continue;
    const all = (await ask(run, "certutil", ["-L", "-d", `sql:${path}`])) ?? "";
    // Trusted to issue certificates of servers.
    isTrusted = all.split("\n").some((line) => line.startsWith(name) && /\sC[^,]*,[^,]*,[^,]*$/.test(line.trimEnd()));
  }
  return { ...store, state: isTrusted ? "trusted" : "not-trusted", reason: null, own };
}

/** The keychain that is to hold the root, and the other one where it holds any of ours: one of them is enough. */
async function readKeychains(known: Known): Promise<TrustStore[]> {
  const [login, system] = await Promise.all([
    readKeychain(known, join(known.home, "Library/Keychains/login.keychain-db")),
    readKeychain(known, systemKeychain),
  ]);
  const [wanted, other] = known.system || system.state === "trusted" ? [system, login] : [login, system];
  return [wanted, ...(other.own.length > 0 ? [other] : [])];
}

/** @see https://ss64.com/mac/security-cert.html (security verify-cert, find-certificate) */
async function readKeychain({ root, former, run }: Known, path: string): Promise<TrustStore> {
  const all = (await ask(run, "security", ["find-certificate", "-a", "-p", path])) ?? "";
  const bodies = all.split(/(?=-----BEGIN )/).map(bodyOf);
  const own = [root, ...former].filter(({ certificate }) => bodies.includes(bodyOf(certificate)));
  const verified = await attempt(run, "security", ["verify-cert", "-c", root.path, "-p", "ssl", "-l", "-L"]);
  return {
    kind: "keychain",
    path,
    readers: `Safari, Chrome, Edge, Firefox, curl and Swift${path === systemKeychain ? ", of every user" : ""}`,
    needsRoot: path === systemKeychain,
    isNew: false,
    state:
      verified === undefined ? "unknown" : verified.exitCode === 0 && own.includes(root) ? "trusted" : "not-trusted",
    reason: verified === undefined ? "security is not on this machine" : null,
    own: own.map((one) => ({ name: one.name, root: one })),
  };
}

/** @see https://learn.microsoft.com/powershell/module/microsoft.powershell.security/about/about_certificate_provider */
async function readWindows({ root, former, run }: Known): Promise<TrustStore> {
  const script = "(Get-ChildItem Cert:\\CurrentUser\\Root).Thumbprint";
  const listed = await ask(run, "powershell.exe", ["-NoProfile", "-NonInteractive", "-Command", script]);
  const thumbprints = (listed ?? "").split(/\s+/);
  const own = [root, ...former].filter(({ certificate }) => thumbprints.includes(thumbprintOf(certificate)));
  return {
    kind: "windows",
    path: "Cert:\\CurrentUser\\Root",
    readers: "Chrome, Edge, Firefox, curl, .NET and PowerShell",
    needsRoot: false,
    isNew: false,
    state: listed === undefined ? "unknown" : own.includes(root) ? "trusted" : "not-trusted",
    reason: listed === undefined ? "powershell.exe is not on this machine" : null,
    own: own.map((one) => ({ name: one.name, root: one })),
  };
}

/** What a program prints, nothing when it fails; `undefined` where there is no such program. */
async function ask(run: RunCommand, file: string, args: readonly string[]): Promise<string | undefined> {
  const result = await attempt(run, file, args);
  return result?.exitCode === 0 ? result.stdout : result && "";
}

async function attempt(run: RunCommand, file: string, args: readonly string[]): Promise<CommandResult | undefined> {
  try {
    return await run(file, args, { timeoutMs: 10_000 });
  } catch (error) {
    if (["ENOENT", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

async function list(machine: string, { folder }: FileStore): Promise<string[] | undefined> {
  return await readdir(join(machine, folder)).catch(() => undefined);
}

async function readOrNothing(path: string): Promise<string> {
  return await readFile(path, "utf8").catch(() => "");
}
