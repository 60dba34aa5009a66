import { instanceHue } from "@cspace/hostnames";
import { type Instance, type InstanceOptions, listInstances, type Route } from "@cspace/instances";
import { keyOf, type PageEvent, type PageInstance, type PageRoute, type PageState } from "./model.ts";

/** Changes are read no more often than this, and in any case so often, in milliseconds. */
const atLeastMs = 2000;
const atMostMs = 10_000;

/** What instances are as of now, for as long as somebody looks. */
export interface LiveState {
  /** Reads it now. */
  readonly read: () => Promise<PageState>;
  /** As it was read last. */
  readonly last: () => PageState;
  /** Calls back with what there is, and with every change, until the result is called. */
  readonly follow: (listener: (event: Exclude<PageEvent, { kind: "hello" }>) => void) => () => void;
  /** Something was done: it is read again at once. */
  readonly refresh: () => void;
}

/** Options of {@link createLiveState}. */
export interface LiveStateOptions {
  readonly options: () => InstanceOptions;
  /** Calls back whenever what runs is other than before. */
  readonly subscribe: (onChange: () => void) => () => void;
  /** @default `listInstances` of @cspace/instances */
  readonly list?: (options: InstanceOptions & { readonly all: true; readonly stats: boolean }) => Promise<Instance[]>;
}

/** Makes one that reads nothing before it is asked. */
export function createLiveState({ options, subscribe, list = listInstances }: LiveStateOptions): LiveState {
  const listeners = new Set<(event: Exclude<PageEvent, { kind: "hello" }>) => void>();
  let known = new Map<string, string>();
  let last: PageState = { instances: [], trouble: null };
  let reading: Promise<PageState> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let readAt = 0;
  let unsubscribe: (() => void) | undefined;

  const load = async (): Promise<PageState> => {
    readAt = Date.now();
    try {
      const stats = listeners.size > 0;
      const found = await list({ ...options(), cwd: "/", all: true, stats });
      last = { instances: found.map((one) => toPageInstance(one, last)), trouble: null };
    } catch (error) {
      last = { ...last, trouble: error instanceof Error ? error.message : String(error) };
    }
    tell();
    return last;
  };
  const read = (): Promise<PageState> => {
    reading ??= load().finally(() => {
      reading = undefined;
      plan(atMostMs);
    });
    return reading;
  };
  const plan = (ms: number): void => {
    clearTimeout(timer);
    if (listeners.size === 0) return;
    const wait = Math.max(ms, readAt + atLeastMs - Date.now());
    timer = setTimeout(() => void read(), wait).unref();
  };
  function tell(): void {
    const now = new Map(last.instances.map((one) => [keyOf(one), JSON.stringify(one)]));
    const changed = last.instances.filter((one) => known.get(keyOf(one)) !== now.get(keyOf(one)));
    const removed = [...known.keys()].filter((key) => !now.has(key));
    known = now;
    for (const listener of listeners) listener({ kind: "change", changed, removed, trouble: last.trouble });
  }

  return {
    read,
    last: () => last,
    follow: (listener) => {
      listeners.add(listener);
      unsubscribe ??= subscribe(() => plan(0));
      plan(atMostMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearTimeout(timer);
        unsubscribe?.();
        unsubscribe = undefined;
      };
    },
    refresh: () => {
      readAt = 0;
      plan(0);
    },
  };
}

/** What is shown of an instance; what it uses is kept from before where it was not looked for. */
function toPageInstance(one: Instance, before: PageState): PageInstance {
  const { project, instance, directory, gone, branch, createdAt, engine, state, services, stats } = one;
  const routed = new Set(one.routes.flatMap(({ target }) => ("service" in target ? target.service : [])));
  const ported = one.ports.map(({ service, port, localAddress }) => ({ service, port, localAddress }));
  return {
    ...{ project, instance, directory, gone, branch, createdAt, engine, state, hue: instanceHue(one) },
    routes: one.routes.map(toPageRoute),
    services: services.filter(({ service, state }) => !routed.has(service) && state !== "ended"),
    ports: ported,
    stats: stats ?? before.instances.find((old) => keyOf(old) === keyOf(one))?.stats ?? null,
  };
}

function toPageRoute({ label, browserUrl, health, reason, target }: Route): PageRoute {
  const served = "process" in target ? `the process ${target.process}` : `${target.service} at port ${target.port}`;
  return { label, url: browserUrl, health, reason: health === "up" ? null : reason, target: served };
}
