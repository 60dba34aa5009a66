import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { dnsContainer, type HomePaths, proxyContainer } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import { containerLog, type LogLine, type LogSource, type ReadLogsOptions } from "../logs/open-logs.ts";
import { openHost } from "../machine/open-host.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";

/**
 * Finds what writes the log of the proxy: Traefik and CoreDNS, or without an engine the gateway, which writes only what
 * went wrong.
 *
 * @throws {CspaceError} `CSPACE_PROXY_STOPPED` where there is no log.
 */
export async function openProxyLogs(options: InstanceOptions = {}): Promise<LogSource[]> {
  const context = createContext(options);
  const { machine, paths } = await openHost(context);
  if (machine === undefined) return [await gatewayLog(context, paths)];
  const { engine } = machine;
  const names = [proxyContainer, dnsContainer];
  const found = await Promise.all(names.map((name) => engine.inspectContainer(name)));
  const there = names.filter((_, index) => found[index] !== undefined);
  if (there.length === 0) throw stopped("the proxy does not run", "start it: cspace proxy up");
  return there.map((name) => containerLog(context, engine, name, name));
}

async function gatewayLog(context: Context, { run }: HomePaths): Promise<LogSource> {
  const path = join(run, "daemon.log");
  if ((await readText(path)) === undefined) {
    throw stopped("the gateway has not run yet", "it starts with the first process: cspace up");
  }
  return { name: "gateway", kind: "process", read: (options) => readDaemonLog(context, path, options) };
}

async function* readDaemonLog(
  { signal }: Context,
  path: string,
  { follow = false, tail = 100 }: ReadLogsOptions = {},
): AsyncGenerator<LogLine, undefined> {
  let text = (await readText(path)) ?? "";
  const lines = linesOf(text);
  yield* lines.slice(Math.max(0, lines.length - tail)).map(toLine);
  while (follow) {
    await setTimeout(200, undefined, { signal });
    const more = (await readText(path)) ?? "";
    // Every daemon begins anew.
    const before = more.startsWith(text) ? text.length : 0;
    yield* linesOf(more.slice(before)).map(toLine);
    text = more;
  }
  return undefined;
}

const readText = (path: string): Promise<string | undefined> => readFile(path, "utf8").catch(() => undefined);

const linesOf = (text: string): readonly string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

const toLine = (line: string): LogLine => ({ stream: "stderr", line });

function stopped(message: string, hint: string): CspaceError<InstancesErrorCode> {
  return new CspaceError("CSPACE_PROXY_STOPPED", message, { hint });
}
