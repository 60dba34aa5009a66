import { execFileSync } from "node:child_process";
import { parseEnv } from "node:util";
import { expect } from "vitest";
import { type CliRun, get } from "./harness.ts";
import type { PrivateMachine } from "./private-machine.ts";

/** What one command printed for one route: a URL, or in words why there is none. */
export interface Printed {
  /** Such as `list url`, or `env shell`. */
  readonly by: string;
  readonly instance: string;
  readonly label: string;
  readonly url: string | null;
  readonly reason: string;
  readonly health?: string | undefined;
}

/** A machine, a folder in it, and under which environment commands run there. */
export interface Place {
  readonly machine: PrivateMachine;
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Under what every reader of URLs finds a route: a domain of cspace's, `localhost`, or `none`. */
export interface Kinds {
  readonly program: string;
  readonly browser: string;
  readonly listUrl: string;
  readonly listBrowserUrl: string;
  readonly port: string;
}

/** The commands that print for each reader. */
const readers: Readonly<Record<keyof Kinds, readonly string[]>> = {
  program: ["url", "env dotenv", "env json", "env shell"],
  browser: ["open", "statusline"],
  listUrl: ["list url"],
  listBrowserUrl: ["list browserUrl"],
  port: ["ports"],
};

interface ListedRoute {
  readonly label: string;
  readonly url: string | null;
  readonly browserUrl: string | null;
  readonly reason: string | null;
  readonly health: string;
}

/** Runs every command that prints URLs, a few at a time, and gives what each printed for these routes. */
export async function readPrinted(
  place: Place,
  instances: readonly string[],
  labels: readonly string[],
): Promise<Printed[]> {
  const commands = instances.flatMap((instance) => [
    ...labels.flatMap((label) => [
      () => readOne(place, "url", instance, label),
      () => readOne(place, "open", instance, label),
    ]),
    () => readEnvironment(place, instance, labels),
    () => readPorts(place, instance, labels),
  ]);
  const waiting = [() => readList(place, instances, labels), ...commands];
  const printed: Printed[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) printed.push(...(await next()));
  };
  await Promise.all(Array.from({ length: 3 }, work));
  const isOpened = ({ instance, label, url }: Printed): boolean =>
    printed.some((one) => one.by === "open" && isSameRoute(one, { instance, label }) && one.url === url);
  // On a busy machine its deadline is soon over, and what it did not learn by then it cannot tell: it is asked again.
  for (let attempt = 1; ; attempt += 1) {
    const { line } = await runStatus(place);
    const shown = readStatusUrls(line, instances, labels);
    if (attempt === 10 || (line !== "" && shown.every(isOpened))) return [...printed, ...shown];
  }
}

const isSameRoute = (one: Printed, route: Pick<Printed, "instance" | "label">): boolean =>
  one.instance === route.instance && one.label === route.label;

function run({ machine, folder, env = {} }: Place, ...args: string[]): Promise<CliRun> {
  // Over SSH, `open` only prints.
  const ssh = { SSH_CONNECTION: "192.0.2.1 50000 192.0.2.2 22" };
  return machine.start(args, { cwd: folder, env: { ...ssh, ...env } }).ended;
}

/** The words of a failure, which go without a URL and without a stack. */
function reasonOf({ code, out, err }: CliRun): string {
  expect({ code, out }).toEqual({ code: expect.toBeOneOf([1, 3]), out: "" });
  expect(err).toMatch(/^error {2}\S.+\(CSPACE_\w+\)\nhint {3}\S.+\n$/);
  return err;
}

async function readOne(place: Place, by: string, instance: string, label: string): Promise<Printed[]> {
  const ended = await run(place, by, label, "--instance", instance);
  const what = { by, instance, label };
  if (ended.code !== 0) return [{ ...what, url: null, reason: reasonOf(ended) }];
  expect(ended.out).toMatch(/^http:\S+\n$/);
  return [{ ...what, url: ended.out.trim(), reason: "" }];
}

async function readEnvironment(place: Place, instance: string, labels: readonly string[]): Promise<Printed[]> {
  const parsers = {
    dotenv: (text: string) => parseEnv(text),
    json: (text: string) => JSON.parse(text),
    shell: (text: string) => parseEnv(execFileSync("sh", ["-c", `${text}\nenv`], { env: {}, encoding: "utf8" })),
  } as const;
  const all = Object.entries(parsers).map(async ([format, parse]) => {
    const ended = await run(place, "env", instance, "--format", format);
    const values: Record<string, string> = ended.code === 0 ? parse(ended.out) : {};
    const reason = ended.code === 0 ? ended.err : reasonOf(ended);
    return labels.map((label) => {
      const url = values[`CSPACE_SERVICE_${label.toUpperCase()}_URL`] ?? null;
      return { by: `env ${format}`, instance, label, url, reason };
    });
  });
  return (await Promise.all(all)).flat();
}

async function readPorts(place: Place, instance: string, labels: readonly string[]): Promise<Printed[]> {
  const ended = await run(place, "ports", instance);
  const rows =
    ended.code === 0
      ? ended.out
          .trimEnd()
          .split("\n")
          .map((line) => line.trim().split(/ {2,}/))
      : [];
  const reason = ended.code === 0 ? "" : reasonOf(ended);
  return labels.map((label) => {
    const address = rows.find(([name]) => name === label)?.[1] ?? "-";
    // Of an address that is not there, the dash is the word.
    return { by: "ports", instance, label, url: address === "-" ? null : `http://${address}`, reason: reason || "-" };
  });
}

async function readList(place: Place, instances: readonly string[], labels: readonly string[]): Promise<Printed[]> {
  const { machine, folder, env } = place;
  const ended = await machine.start(["list", "--json"], { cwd: folder, ...(env === undefined ? {} : { env }) }).ended;
  const document = JSON.parse(ended.out);
  return instances.flatMap((instance) => {
    const listed = document.instances?.find((one: { instance: string }) => one.instance === instance);
    return labels.flatMap((label) => {
      const route: ListedRoute | undefined = listed?.routes.find((one: ListedRoute) => one.label === label);
      const reason = document.error?.message ?? route?.reason ?? "";
      const what = { instance, label, reason, health: route?.health };
      return [
        { ...what, by: "list url", url: route?.url ?? null },
        { ...what, by: "list browserUrl", url: route?.browserUrl ?? null },
      ];
    });
  });
}

const esc = "\u001b";
const [opening, end] = [`${esc}\\]8;;`, `${esc}\\\\`];

/** A link of the terminal's, its target and its text. */
const link = new RegExp(`${opening}(.*?)${end}(.*?)${opening}${end}`, "g");

/**
 * Runs `cspace statusline` as Claude Code does, and gives its one line, each link as `<URL>` (its text is its target),
 * and how long it took.
 */
export async function runStatus({ machine, folder, env = {} }: Place): Promise<{ line: string; ms: number }> {
  const begin = performance.now();
  const input = JSON.stringify({ cwd: folder });
  // Another directory, to see that the input's counts.
  const { code, out, err } = await machine.start(["statusline"], { cwd: "/", env, input }).ended;
  const ms = performance.now() - begin;
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^[^\n]*\n$/);
  for (const [, target, text] of out.matchAll(link)) expect(text).toBe(target);
  return { line: out.trimEnd().replaceAll(link, "<$1>"), ms };
}

/** The URLs of a status line by instance and label; not of the instances that it only counts. */
function readStatusUrls(line: string, instances: readonly string[], labels: readonly string[]): Printed[] {
  const parts = line.split("  |  ");
  const counted = Number(/^(\d+) more: cspace list$/.exec(parts.at(-1) ?? "")?.[1] ?? 0);
  const named =
    counted === 0 ? instances : instances.filter((one) => parts.some((part) => part.startsWith(`${one}  `)));
  expect(named).toHaveLength(instances.length - counted);
  const found = parts.flatMap((part) => {
    const [instance = ""] = part.split("  ", 1);
    return [...part.matchAll(/ {2}(?:(\S+) )?<(.*?)>/g)].map(([, label, url = ""]) => {
      return { instance, label: label ?? new URL(url).hostname.split(".")[0], url };
    });
  });
  expect(found).toHaveLength(line.split("<").length - 1);
  return named.flatMap((instance) =>
    labels.map((label) => {
      const url = found.find((one) => one.instance === instance && one.label === label)?.url ?? null;
      return { by: "statusline", instance, label, url, reason: found.length === 0 ? line : "it shows the others" };
    }),
  );
}

/** Requests a URL as its reader would: `*.localhost` is dialled at once, every other name has to be found. */
export async function requestPrinted({ machine }: Place, { by, url }: Printed): Promise<string> {
  const { hostname, port, host } = new URL(url as string);
  const isBrowser = [...readers.browser, ...readers.listBrowserUrl].includes(by) && hostname.endsWith(".localhost");
  if (!isBrowser) expect(machine.addressesOf(hostname)).toContain("127.0.0.1");
  return (await get(Number(port || 80), host)).body;
}

/** Requests everything that was printed; the right instance answers, or words say why there is nothing to request. */
export async function prove(place: Place, printed: readonly Printed[]): Promise<void> {
  const proveOne = async (one: Printed): Promise<void> => {
    const answer = one.url === null ? one.reason : await requestPrinted(place, one);
    expect({ ...one, answer }).toEqual({
      ...one,
      answer: one.url === null ? expect.stringMatching(/\S/) : `${one.label}-${one.instance}`,
    });
  };
  const waiting = [...printed];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await proveOne(next);
  };
  await Promise.all(Array.from({ length: 8 }, work));
}

/** The kinds where programs and browsers find a route, and Docker has published its port. */
export function kinds(program: string, browser: string, change: Partial<Kinds> = {}): Kinds {
  return { program, browser, listUrl: program, listBrowserUrl: browser, port: "localhost", ...change };
}

/**
 * What was printed for a route of an instance; where the commands of one reader differ, each is named. A status line
 * counts some instances only, and says nothing of their routes.
 */
export function kindsOf(printed: readonly Printed[], instance: string, label: string): Kinds {
  const inStatus = printed.some((one) => one.by === "statusline" && one.instance === instance);
  const read = (all: readonly string[]): string => {
    const commands = all.filter((by) => by !== "statusline" || inStatus);
    const found = commands.map((by) => {
      const one = printed.find((each) => each.by === by && isSameRoute(each, { instance, label }));
      return one === undefined ? "missing" : kindOf(one.url);
    });
    return new Set(found).size === 1
      ? (found[0] as string)
      : commands.map((by, at) => `${by}: ${found[at]}`).join(", ");
  };
  return {
    program: read(readers.program),
    browser: read(readers.browser),
    listUrl: read(readers.listUrl),
    listBrowserUrl: read(readers.listBrowserUrl),
    port: read(readers.port),
  };
}

const kindOf = (url: string | null): string =>
  url === null ? "none" : (/cspace\.\w+$/.exec(new URL(url).hostname)?.[0] ?? new URL(url).hostname);
