import type { ResolverReport } from "@cspace/resolver";
import { expect, test } from "vitest";
import { render, run } from "../../src/commands/init.ts";
import type { Context } from "../../src/context.ts";
import { Output } from "../../src/output/output.ts";
import type { HostStep } from "../../src/setup/host-steps.ts";

const stream = { write: () => undefined };
const output = new Output({ stdout: stream, stderr: stream, json: false, quiet: false, color: false });

const kind = "systemd-resolved" as const;
const verified: HostStep = { name: "verify", status: "done", ms: 1 };
const browsers = "Chrome, Firefox, Edge and curl need no rule for it; Safari, Node and Java do";
const free = "cspace.localhost needs no step in Chrome, Firefox, Edge and curl";

function report(domain: string, change: Partial<ResolverReport> = {}): ResolverReport {
  return { kind, domain, port: 53, state: "ok", reason: null, fix: null, ...change };
}

function unruled(domain: string): ResolverReport {
  return report(domain, { state: "no-rule", reason: browsers, fix: "cspace dns install --localhost" });
}

function show(resolvers: readonly ResolverReport[], steps: readonly HostStep[] = [verified]): string {
  const domains = resolvers.map(({ domain }) => domain);
  const settings = { file: "/src/.cspace.json", state: steps.length > 1 ? ("written" as const) : ("present" as const) };
  const data = { settings, domains, steps, resolvers, chosen: [{ kind, why: "it listens" }], trust: null };
  return render(data, { output } as unknown as Context);
}

test("the first run says what was done; where the system finds *.localhost itself, for whom it needs no step", () => {
  const steps = [{ name: "settings", status: "done", ms: 1 } as const, verified];
  expect(show([report("cspace.local"), report("cspace.localhost")], steps)).toMatchInlineSnapshot(`
    "done, and /src/.cspace.json is written

    cspace.local      ok  systemd-resolved, port 53
    cspace.localhost  ok  systemd-resolved, port 53

    systemd-resolved: it listens
    cspace.localhost needs no step in Chrome, Firefox, Edge and curl"
  `);
});

test("run again it says that all is in place, and still which domain needs no step", () => {
  expect(show([report("cspace.local"), report("cspace.localhost")])).toMatchInlineSnapshot(`
    "all is in place

    cspace.local      ok  systemd-resolved, port 53
    cspace.localhost  ok  systemd-resolved, port 53

    systemd-resolved: it listens
    cspace.localhost needs no step in Chrome, Firefox, Edge and curl"
  `);
});

test("where the system does not find *.localhost, its report says for whom it needs no rule, once", () => {
  const text = show([report("cspace.local"), unruled("cspace.localhost")]);
  expect(text).toContain(browsers);
  expect(text).not.toContain(free);
});

test("all is in place where the first domain needs no rule, and not where it needs one and has none", () => {
  expect(show([unruled("dev.localhost")])).toMatch(/^all is in place\n/);
  const missing = report("cspace.local", { state: "no-rule", reason: "no rule", fix: "cspace init" });
  expect(show([missing, report("cspace.localhost")])).toMatch(/^nothing to change\n/);
});

test("--low-ports is refused where there is no such setting, before anything is looked at", async () => {
  const context = { platform: "darwin" } as unknown as Context;
  await expect(run({ ...context, flags: {} } as Context, { lowPorts: true })).rejects.toMatchObject({
    code: "CSPACE_USAGE",
  });
});
