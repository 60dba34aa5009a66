import {
  attachProxy,
  ensureProxy,
  type HomePaths,
  previewProxy,
  readMachineConfig,
  readProxyState,
  withLock,
} from "@cspace/compose";
import { buildPlan, type Plan, renderPlan } from "@cspace/plan";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { describeGateway, describeProxy, type ProxyReport, renderProxyDocument } from "../core/describe-proxy.ts";
import { dropStaleFront } from "../core/drop-stale-front.ts";
import { setGatewayPorts, type WantedPorts } from "../core/gateway-ports.ts";
import { noteOldUrls } from "../core/note-old-urls.ts";
import type { Machine } from "../core/open-engine.ts";
import { openHost } from "../core/open-host.ts";
import { createProgress } from "../output/progress.ts";

type ProxyUpDocument = { readonly proxy: ProxyReport } | { readonly plan: Plan };

/** Starts the proxy and puts it on every network that it serves; without an engine, gives the gateway its ports. */
export async function run(context: Context, args: CommandArgs): Promise<ProxyUpDocument> {
  const port = (value: unknown): number | "auto" | undefined =>
    value === "auto" || typeof value === "number" ? value : undefined;
  const ports = { httpPort: port(args.httpPort), dnsPort: port(args.dnsPort) };
  const { machine, noEngine, paths } = await openHost(context);
  if (machine === undefined) return await upGateway(context, paths, { ports, noEngine });
  if (context.flags.dryRun) return { plan: buildPlan(await previewProxy({ ...machine, ...ports })) };
  const progress = await createProgress(context.output, { verbose: context.flags.verbose });
  try {
    const { signal } = context;
    const begin = performance.now();
    progress.onStep({ name: "proxy" });
    const before = await readProxyState(machine.engine);
    const { onLine } = progress;
    const { changed, notes, domains, httpPort, dnsPort } = await ensureProxy({ ...machine, ...ports, signal, onLine });
    await withLock(machine.paths, "proxy", () => attachProxy(machine.engine, domains), { signal });
    await dropStaleFront(context, machine);
    const ms = Math.round(performance.now() - begin);
    progress.onStep({ name: "proxy", status: changed ? "done" : "unchanged", ms });
    for (const note of notes) context.output.note(note);
    if (ports.dnsPort !== undefined) await noteOldRule(context, machine, dnsPort);
    if (before.httpPort !== null && before.httpPort !== httpPort) await noteOldUrls(context, machine);
  } finally {
    progress.stop();
  }
  return { proxy: await describeProxy(machine) };
}

/** Without an engine the gateway is the proxy; it listens as long as it serves something. */
async function upGateway(
  context: Context,
  paths: HomePaths,
  { ports, noEngine }: { readonly ports: WantedPorts; readonly noEngine: string | null },
): Promise<ProxyUpDocument> {
  if (context.flags.dryRun) return { plan: buildPlan([]) };
  const status = await setGatewayPorts(context, paths, ports);
  const { domains } = await readMachineConfig(paths);
  const proxy = describeGateway(status, { noEngine, domains });
  if (proxy.state === "stopped") context.output.note("the gateway starts with the first process: cspace up");
  for (const note of status?.gateway.notes ?? []) context.output.note(note);
  return { proxy };
}

/** A rule of the host's resolver knows nothing of a port that was named since. */
async function noteOldRule({ output }: Context, machine: Machine, dnsPort: number | null): Promise<void> {
  const rulePort = await machine.ruleDnsPort();
  if (rulePort === null || dnsPort === null || rulePort === dnsPort) return;
  output.note(
    `the rule of the system's resolver names port ${rulePort}, and DNS is on ${dnsPort} now: cspace dns install`,
  );
}

/** Renders the proxy's state. */
export function render(data: ProxyUpDocument, { output }: Context): string {
  return "plan" in data ? renderPlan(data.plan) : renderProxyDocument(data.proxy, output);
}
