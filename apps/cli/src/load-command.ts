import type { CommandModule } from "./command.ts";

const modules: Readonly<Record<string, () => Promise<CommandModule>>> = {
  init: () => import("./commands/init.ts"),
  up: () => import("./commands/up.ts"),
  stop: () => import("./commands/stop.ts"),
  start: () => import("./commands/start.ts"),
  restart: () => import("./commands/restart.ts"),
  sleep: () => import("./commands/sleep.ts"),
  wake: () => import("./commands/wake.ts"),
  exec: () => import("./commands/exec.ts"),
  down: () => import("./commands/down.ts"),
  gc: () => import("./commands/gc.ts"),
  adopt: () => import("./commands/adopt.ts"),
  list: () => import("./commands/list.ts"),
  url: () => import("./commands/url.ts"),
  verify: () => import("./commands/verify.ts"),
  open: () => import("./commands/open.ts"),
  page: () => import("./commands/page.ts"),
  env: () => import("./commands/env.ts"),
  ports: () => import("./commands/ports.ts"),
  logs: () => import("./commands/logs.ts"),
  run: () => import("./commands/run.ts"),
  compose: () => import("./commands/compose.ts"),
  doctor: () => import("./commands/doctor.ts"),
  "proxy up": () => import("./commands/proxy-up.ts"),
  "proxy down": () => import("./commands/proxy-down.ts"),
  "proxy status": () => import("./commands/proxy-status.ts"),
  "proxy logs": () => import("./commands/proxy-logs.ts"),
  "dns status": () => import("./commands/dns-status.ts"),
  "dns install": () => import("./commands/dns-install.ts"),
  "dns uninstall": () => import("./commands/dns-uninstall.ts"),
  "trust status": () => import("./commands/trust-status.ts"),
  "trust install": () => import("./commands/trust-install.ts"),
  "trust uninstall": () => import("./commands/trust-uninstall.ts"),
  mcp: () => import("./commands/mcp.ts"),
  "agents install": () => import("./commands/agents-install.ts"),
  "agents uninstall": () => import("./commands/agents-uninstall.ts"),
  "agents status": () => import("./commands/agents-status.ts"),
  uninstall: () => import("./commands/uninstall.ts"),
  statusline: () => import("./commands/statusline.ts"),
  daemon: () => import("./commands/daemon.ts"),
};

/** Loads the code of a command, by the words that call it. */
export async function loadCommand(name: string): Promise<CommandModule> {
  const load = modules[name];
  if (load === undefined) throw new TypeError(`the command ${name} has no code`);
  return await load();
}
