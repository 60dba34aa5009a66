import { connectEngine, homePaths, readMachineConfig } from "@cspace/compose";
import { parseHostname } from "@cspace/hostnames";
import { readProject, readWorkState } from "@cspace/project";
import { readOwnCheckout } from "../choose/ownership.ts";
import type { MachineInstance, MachineRoute } from "../describe/merge-instances.ts";
import { readKnown } from "../describe/read-known.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";
import type { Identity } from "./identity.ts";

/** Options of {@link identifyHostname}. */
export interface IdentifyHostnameOptions extends InstanceOptions {
  /** Under one of the machine's domains. */
  readonly hostname: string;
}

/**
 * Tells who answers under a hostname; `undefined` where nobody is known to, or where the project's settings have switched
 * that off for the route.
 */
export async function identifyHostname(options: IdentifyHostnameOptions): Promise<Identity | undefined> {
  const context = createContext(options);
  const { domains } = await readMachineConfig(homePaths({ env: context.env }));
  const name = parseHostname(options.hostname, { domains });
  if (name === undefined) return undefined;
  const { instances } = await readKnown(context, name.project);
  const instance = instances.find((one) => one.project === name.project && one.instance === name.instance);
  const route = instance?.routes.find(({ label }) => label === name.label);
  if (instance === undefined || route === undefined) return undefined;
  return (await tells(context, instance, route)) ? await readIdentity(context, instance, route) : undefined;
}

/** Whether a route tells who answers. */
export async function tells(
  { env }: Pick<Context, "env">,
  { directory }: Pick<MachineInstance, "directory">,
  { label }: Pick<MachineRoute, "label">,
): Promise<boolean> {
  // Of a directory that is gone, or whose settings cannot be read, nothing was switched off.
  const project = await readProject(directory, { env }).catch(() => undefined);
  return project?.settings.routes?.[label]?.wellKnown !== false;
}

/** Reads who serves a route, wherever that is. */
export async function readIdentity(
  context: Pick<Context, "env" | "platform">,
  instance: MachineInstance,
  route: MachineRoute,
): Promise<Identity> {
  const { project, instance: name, directory } = instance;
  const [checkout, state, served] = await Promise.all([
    readOwnCheckout(instance),
    readWorkState(directory).catch(() => null),
    route.isProcess === true ? ofProcess(route) : readContainer(context, instance, route),
  ]);
  const isThere = checkout !== null;
  return {
    ...{ project, instance: name, label: route.label, directory },
    branch: isThere && checkout !== "unreadable" ? checkout.branch : null,
    commit: isThere ? (state?.commit ?? null) : null,
    dirty: isThere ? (state?.dirty ?? null) : null,
    ...served,
  };
}

type Served = Pick<Identity, "startedAt" | "image" | "command">;

function ofProcess({ startedAt, command, running }: MachineRoute): Served {
  const began = startedAt === undefined || !running ? null : new Date(startedAt).toISOString();
  return { startedAt: began, image: null, command: command ?? null };
}

async function readContainer(
  { env, platform }: Pick<Context, "env" | "platform">,
  { containers }: MachineInstance,
  { service, running }: MachineRoute,
): Promise<Served> {
  const id = containers.find((one) => one.service === service)?.id;
  const engine = id === undefined ? undefined : await connectEngine({ env, platform }).catch(() => undefined);
  const found = await engine?.inspectContainer(id as string).catch(() => undefined);
  const { Entrypoint, Cmd } = found?.Config ?? {};
  const words = [...(Entrypoint ?? []), ...(Cmd ?? [])];
  return {
    startedAt: running ? (found?.State.StartedAt ?? null) : null,
    image: found?.Config.Image ?? null,
    command: words.length === 0 ? null : words.join(" "),
  };
}
