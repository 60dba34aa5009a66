import { attachProxy, ensureProxy, previewProxy, readProxyState, withLock } from "@cspace/compose";
import { buildPlan, type Plan, renderPlan } from "@cspace/plan";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { describeProxy, type ProxyReport, renderProxyDocument } from "../core/describe-proxy.ts";
import { dropStaleFront } from "../core/drop-stale-front.ts";
import { noteOldUrls } from "../core/note-old-urls.ts";
import { type Machine, openEngine } from "../core/open-engine.ts";
import { createProgress } from "../output/progress.ts";

type ProxyUpDocument = { readonly proxy: ProxyReport } | { readonly plan: Plan };

/** Starts the proxy and puts it on every network that it serves. */
export async function run(context: Context, args: CommandArgs): Promise<ProxyUpDocument> {
  const machine = await openEngine(context);
  const port = (value: unknown): number | "auto" | undefined =>
    value === "auto" || typeof value === "number" ? value : undefined;
  const ports = { httpPort: port(args.httpPort), dnsPort: port(args.dnsPort) };
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
