import {
  type EngineReader,
  type HomePaths,
  listContainerInstances,
  portCandidates,
  type RecordedInstance,
  readMachineConfig,
  readRecordedInstances,
} from "@cspace/compose";
import type { HeldInstance } from "@cspace/daemon";
import {
  askAbout,
  isOfDirectory,
  type MachineInstance,
  mergeInstances,
  readMention,
  readSecure,
  tellAsleep,
} from "@cspace/instances";
import { chooseUrl, readUrlEvidence, type UrlQuestion, within } from "@cspace/ports";
import { type FindProjectDirectoryOptions, type FoundProject, findProjectDirectory } from "@cspace/project";
import type { InstanceStatus, Status } from "./render-status.ts";

/** Options of {@link readStatus}. */
export interface ReadStatusOptions {
  readonly paths: HomePaths;
  /** Gives the engine, or fails when there is none to be used. */
  readonly openEngine: () => Promise<Pick<EngineReader, "listContainers">>;
  /** Gives what the daemon holds; none when it does not run. @default none */
  readonly readHeld?: () => Promise<readonly HeldInstance[]>;
  readonly platform: NodeJS.Platform;
  /** For all of it, in milliseconds. */
  readonly timeoutMs: number;
  /** @default os.homedir() */
  readonly homedir?: string;
}

/** What the engine said, or why it did not. */
type EngineAnswer = { readonly listed: readonly MachineInstance[] } | { readonly failure: string };

/**
 * Reads what a status line shows for a directory: the instances of its project, and the URL of every route that is
 * right now for a browser. No service is asked anything. What is not known in time is left out. The engine is asked
 * before `findDirectories` is called, whose answer may have to be waited for; the first of them that is in a project counts.
 */
export async function readStatus(
  findDirectories: () => Promise<readonly string[]>,
  options: ReadStatusOptions,
): Promise<Status> {
  const { paths, timeoutMs, homedir, platform } = options;
  const end = performance.now() + timeoutMs;
  const answer = askEngine(options);
  const config = readMachineConfig(paths);
  config.catch(() => undefined);
  const project = await findFirstProject(await findDirectories(), homedir === undefined ? {} : { homedir });
  if (project === null) return { instances: [], hint: null };
  const isOwn = (one: RecordedInstance): boolean => isOfDirectory(one, project);
  let said = await within(answer, timeoutMs / 5);
  const recorded = isListed(said) ? [] : (await readRecordedInstances(paths)).filter(isOwn);
  // Of an instance that was not started from this home the engine alone knows.
  said ??= await within(answer, recorded.length > 0 ? 0 : Math.max(0, end - performance.now()));
  const own = isListed(said) ? said.listed.filter(isOwn) : recorded;
  if (own.length === 0) {
    // A machine that has no engine is told so only where somebody set cspace up.
    const counts = project.kind === "settings" || (project.kind === "compose" && !(said && "failure" in said));
    return { instances: [], hint: counts ? (describeSilence(said) ?? "no instance here yet: cspace up") : null };
  }
  const { domains, httpPort, httpsPort } = await config;
  const secure = await readSecure(
    { env: homedir === undefined ? process.env : { HOME: homedir }, platform },
    paths,
    httpsPort ?? portCandidates.https[0],
  );
  const reach = { proxyPort: httpPort ?? 80, domains, secure };
  const instances = await Promise.all(
    own.map(async (instance): Promise<InstanceStatus> => {
      const late = async (): Promise<MachineInstance | undefined> => {
        const last = await within(answer, Math.max(0, end - performance.now()));
        const all = isListed(last) ? last.listed : [];
        return all.find((one) => one.project === instance.project && one.instance === instance.instance);
      };
      const { state } = { state: "running", ...instance };
      if (state === "stopped") return { instance: instance.instance, routes: [] };
      const routes = instance.routes.map((route) => readRoute(instance, route, { ...options, ...reach, end, late }));
      const asleep = state === "asleep";
      return { instance: instance.instance, ...(asleep && { asleep }), routes: await Promise.all(routes) };
    }),
  );
  if (instances.some(({ routes }) => routes.some(({ url }) => url !== null))) {
    const note = await readMention(paths);
    return { instances, hint: null, ...(note !== undefined && { note }) };
  }
  const last = await within(answer, 0);
  const known = isListed(last) ? last.listed.filter(isOwn) : [];
  return { instances, hint: describeSilence(last) ?? describeAsleep(known) ?? describeStopped(instances) };
}

async function findFirstProject(
  [first, ...rest]: readonly string[],
  options: FindProjectDirectoryOptions,
): Promise<FoundProject | null> {
  if (first === undefined) return null;
  return (await findProjectDirectory(first, options)) ?? (await findFirstProject(rest, options));
}

function isListed(said: EngineAnswer | undefined): said is Extract<EngineAnswer, { listed: unknown }> {
  return said !== undefined && "listed" in said;
}

/** Why nobody knows what runs; `null` when the engine said it. */
function describeSilence(said: EngineAnswer | undefined): string | null {
  if (said === undefined) return "Docker does not answer";
  return "failure" in said ? said.failure : null;
}

async function readRoute(
  instance: RecordedInstance,
  route: RecordedInstance["routes"][number],
  options: ReadStatusOptions & {
    readonly proxyPort: number;
    readonly secure: UrlQuestion["secure"];
    readonly domains: readonly string[];
    readonly end: number;
    /** The instance as the engine has it, should it have said so by now. */
    readonly late: () => Promise<MachineInstance | undefined>;
  },
): Promise<InstanceStatus["routes"][number]> {
  const { platform, end, late } = options;
  const evidence = await readUrlEvidence(askAbout(instance, route, options), {
    timeoutMs: Math.max(1, end - performance.now()),
    reader: "browser",
    reach: "proxy",
    platform,
  });
  const chosen = chooseUrl({ ...evidence, reader: "browser" });
  if (chosen.via === "proxy" || evidence.localUrl !== undefined) return { label: route.label, ...chosen };
  const found = (await late())?.routes.find(({ label }) => label === route.label);
  if (found === undefined) return { label: route.label, ...chosen };
  const { localUrl } = askAbout(instance, found, options);
  return { label: route.label, ...chooseUrl({ ...evidence, localUrl, reader: "browser" }) };
}

/** Of one that sleeps, whose URLs were not found in time. */
function describeAsleep(known: readonly MachineInstance[]): string | undefined {
  const [one] = known;
  if (one === undefined || known.length > 1 || one.state !== "asleep") return undefined;
  return `${one.instance} is asleep: cspace wake ${one.instance}`;
}

function describeStopped(instances: readonly InstanceStatus[]): string {
  const [first] = instances;
  return instances.length === 1 && first !== undefined
    ? `${first.instance} is not running: cspace up ${first.instance}`
    : `${instances.map(({ instance }) => instance).join(", ")} are not running: cspace up <instance>`;
}

/**
 * Asks the engine, and the daemon beside it. Without an engine the daemon knows all there is to know; one that hangs
 * holds back nothing that the engine says. `undefined` where the engine was given up.
 */
async function askEngine(options: ReadStatusOptions): Promise<EngineAnswer | undefined> {
  const { paths, openEngine, readHeld = async () => [], timeoutMs } = options;
  const end = performance.now() + timeoutMs / 2;
  const asked = readHeld().catch(() => []);
  const held = async (): Promise<readonly HeldInstance[]> =>
    (await within(asked, Math.max(0, end - performance.now()))) ?? [];
  try {
    const listed = await listContainerInstances({ engine: await openEngine() });
    return { listed: await tellAsleep(paths, mergeInstances(listed, await held())) };
  } catch (error) {
    const processes = mergeInstances([], await held());
    if (processes.length > 0) return { listed: await tellAsleep(paths, processes) };
    const { message, cause } = error as Error;
    return (cause as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT" ? undefined : { failure: message };
  }
}
