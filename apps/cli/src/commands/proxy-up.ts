import { attachProxy, ensureProxy, previewProxy, withLock } from "@cspace/compose";
import { buildPlan, type Plan, renderPlan } from "@cspace/plan";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { describeProxy, type ProxyReport, renderProxyDocument } from "../core/describe-proxy.ts";
import { openEngine } from "../core/open-engine.ts";
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
    const { notes, domains } = await ensureProxy({
      ...machine,
      ...ports,
      signal,
      onLine: progress.onLine,
    });
    await withLock(machine.paths, "proxy", () => attachProxy(machine.engine, domains), { signal });
    for (const note of notes) context.output.note(note);
  } finally {
    progress.stop();
  }
  return { proxy: await describeProxy(machine) };
}

/** Renders the proxy's state. */
export function render(data: ProxyUpDocument, { output }: Context): string {
  return "plan" in data ? renderPlan(data.plan) : renderProxyDocument(data.proxy, output);
}
