/** A program that asks a system's resolver for names as every program does, and how its output is read. */
export interface LookupCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** The addresses of each name that was asked for, in their order; none where a name is not found. */
  readonly parse: (stdout: string) => readonly (readonly string[])[];
}

/** Options of {@link lookupCommand}. */
export interface LookupCommandOptions {
  /** On Linux: only the hosts file is looked into. @default false */
  readonly filesOnly?: boolean;
}

/**
 * The program that asks for every address of names, with the hosts file, caches, multicast DNS and VPNs of the system:
 * `getent ahosts` on Linux, for several names at once, and `dscacheutil` on macOS, for the first. Pure.
 *
 * @see https://man7.org/linux/man-pages/man1/getent.1.html
 * @see https://keith.github.io/xcode-man-pages/dscacheutil.1.html
 * @example
 * ```ts
 * const { file, args, parse } = lookupCommand("linux", ["dev.mercury.shop.cspace.local"]);
 * [file, ...args]; //=> ["getent", "ahosts", "dev.mercury.shop.cspace.local"]
 * parse("127.0.0.1 STREAM dev.mercury.shop.cspace.local\n127.0.0.1 DGRAM\n"); //=> [["127.0.0.1"]]
 * ```
 */
export function lookupCommand(
  platform: "linux" | "darwin",
  names: readonly string[],
  { filesOnly = false }: LookupCommandOptions = {},
): LookupCommand {
  if (platform === "linux") {
    const args = names.flatMap((name, index) => (index === 0 ? [name] : [separator, name]));
    return { file: "getent", args: [...(filesOnly ? ["-s", "files"] : []), "ahosts", ...args], parse: parseGetent };
  }
  return { file: "dscacheutil", args: ["-q", "host", "-a", "name", names[0] ?? ""], parse: parseDscacheutil };
}

/** An address is its own answer; between names, it tells whose the lines are: getent is silent about names it does not find. */
const separator = "127.255.255.254";

function parseGetent(text: string): string[][] {
  const groups: string[][] = [[]];
  for (const line of text.split("\n")) {
    const [address = "", kind] = line.trim().split(/\s+/);
    // It is printed once for every kind of socket, and of names that are not found two follow on one another.
    if (address === separator && kind !== "DGRAM" && kind !== "RAW") groups.push([]);
    else if (address !== separator && address !== "") groups.at(-1)?.push(address);
  }
  return groups.map((addresses) => [...new Set(addresses)]);
}

function parseDscacheutil(text: string): string[][] {
  return [[...text.matchAll(/^ip(?:v6)?_address: (\S+)/gm)].map(([, address]) => address as string)];
}
