import type { CommandSpec, OptionSpec } from "./command.ts";

/** The flags of every command. */
export const globalOptions: readonly OptionSpec[] = [
  { flags: "--json", description: "print one JSON document" },
  { flags: "-y, --yes", description: "answer every question with yes" },
  { flags: "--dry-run", description: "print what would change, and change nothing" },
  { flags: "-q, --quiet", description: "print results only" },
  { flags: "--verbose", description: "print what Docker Compose says as well" },
  { flags: "--no-color", description: "print without colours" },
  { flags: "--cwd <dir>", description: "work on this directory" },
  { flags: "--project <name>", description: "work on this project" },
  { flags: "--instance <name>", description: "work on this instance" },
];

/** Every command, in the order of the help. */
export const commands: readonly CommandSpec[] = [
  {
    name: "init",
    summary: "set up this project and, once, this machine",
    args: [],
    options: [
      { flags: "--domain <domain>", description: "the domain of all hostnames (default: cspace.local)" },
      { flags: "--localhost", description: "let the system find cspace.localhost too, for Safari, Node and Java" },
    ],
    examples: ["cspace init", "cspace init --dry-run", "cspace init --domain dev.test", "cspace init --yes --json"],
    load: () => import("./commands/init.ts"),
  },
  {
    name: "up",
    summary: "start or reconnect to an instance and print its URLs",
    args: [["[instance]", "its name; by default the one of this directory, else the branch or a planet"]],
    options: [
      { flags: "--new", description: "make another instance of this directory" },
      { flags: "--wait <seconds>", description: "how long containers may take (default: 60)", type: "seconds" },
      { flags: "--no-wait", description: "do not wait for containers and routes" },
      { flags: "--build", description: "build images first" },
      { flags: "--recreate", description: "make every container anew" },
    ],
    examples: ["cspace up", "cspace up mercury", "cspace up --new --json"],
    load: () => import("./commands/up.ts"),
  },
  {
    name: "down",
    summary: "remove an instance; its volumes stay",
    args: [["[instance]", "its name; by default the one of this directory"]],
    options: [
      { flags: "--volumes", description: "remove its volumes too" },
      { flags: "--all", description: "remove every instance of the project" },
    ],
    examples: ["cspace down", "cspace down mercury --volumes", "cspace down --all"],
    load: () => import("./commands/down.ts"),
  },
  {
    name: "list",
    summary: "instances, their URLs and health",
    args: [],
    options: [
      { flags: "--all", description: "of all projects" },
      { flags: "--watch", description: "again whenever something changes" },
    ],
    examples: ["cspace list", "cspace list --all --json"],
    load: () => import("./commands/list.ts"),
  },
  {
    name: "url",
    summary: "exactly one URL",
    args: [["[label]", "the route; may be left out when there is only one"]],
    options: [],
    examples: ["curl $(cspace url api)", "cspace url dev --instance mercury"],
    load: () => import("./commands/url.ts"),
  },
  {
    name: "open",
    summary: "a route in the browser; prints its URL",
    args: [["[label]", "the route; may be left out when there is only one"]],
    options: [],
    examples: ["cspace open", "cspace open dev --instance mercury"],
    load: () => import("./commands/open.ts"),
  },
  {
    name: "logs",
    summary: "what the services of an instance print",
    args: [["[label]", "a route or a service; by default all"]],
    options: [
      { flags: "-f, --follow", description: "go on with what is printed from now on" },
      { flags: "--tail <lines>", description: "only the last lines of each (default: 100)", type: "count" },
    ],
    examples: ["cspace logs", "cspace logs dev --follow", "cspace logs db --tail 20"],
    load: () => import("./commands/logs.ts"),
  },
  {
    name: "proxy up",
    summary: "start the proxy, or change its ports",
    args: [],
    options: [
      { flags: "--http-port <port|auto>", description: "where it answers HTTP", type: "port" },
      { flags: "--dns-port <port|auto>", description: "where it answers DNS", type: "port" },
    ],
    examples: ["cspace proxy up", "cspace proxy up --http-port 8088", "cspace proxy up --http-port auto"],
    load: () => import("./commands/proxy-up.ts"),
  },
  {
    name: "proxy down",
    summary: "remove the proxy; instances keep running on their ports",
    args: [],
    options: [],
    examples: ["cspace proxy down"],
    load: () => import("./commands/proxy-down.ts"),
  },
  {
    name: "proxy status",
    summary: "the proxy's state, ports, domains and networks",
    args: [],
    options: [],
    examples: ["cspace proxy status --json"],
    load: () => import("./commands/proxy-status.ts"),
  },
  {
    name: "proxy logs",
    summary: "what Traefik and CoreDNS print",
    args: [],
    options: [
      { flags: "-f, --follow", description: "go on with what is printed from now on" },
      { flags: "--tail <lines>", description: "only the last lines of each (default: 100)", type: "count" },
    ],
    examples: ["cspace proxy logs --follow"],
    load: () => import("./commands/proxy-logs.ts"),
  },
  {
    name: "dns status",
    summary: "whether the system finds the names of every domain, and why not",
    args: [],
    options: [],
    examples: ["cspace dns status", "cspace dns status --json"],
    load: () => import("./commands/dns-status.ts"),
  },
  {
    name: "dns install",
    summary: "send the domains from the system's resolver to cspace",
    args: [],
    options: [
      { flags: "--localhost", description: "let the system find cspace.localhost too, for Safari, Node and Java" },
    ],
    examples: ["cspace dns install", "cspace dns install --dry-run", "cspace dns install --localhost"],
    load: () => import("./commands/dns-install.ts"),
  },
  {
    name: "dns uninstall",
    summary: "take back what dns install and init changed in the system",
    args: [],
    options: [],
    examples: ["cspace dns uninstall", "cspace dns uninstall --dry-run"],
    load: () => import("./commands/dns-uninstall.ts"),
  },
];
