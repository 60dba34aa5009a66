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
      { flags: "--no-trust", description: "leave out who trusts HTTPS of this machine" },
      { flags: "--localhost", description: "let the system find cspace.localhost too, for Safari, Node and Java" },
      {
        flags: "--low-ports",
        description: "Linux: let every user have the ports from 53 on, so that URLs without Docker need no port",
      },
    ],
    examples: ["cspace init", "cspace init --dry-run", "cspace init --domain dev.test", "cspace init --yes --json"],
  },
  {
    name: "up",
    summary: "start or reconnect to an instance and print its URLs",
    args: [
      [
        "[name...]",
        "an instance (default: the one of this directory, else the branch or a planet), then labels or services (default: all)",
      ],
    ],
    options: [
      { flags: "--new", description: "make another instance of this directory" },
      { flags: "--wait <seconds>", description: "how long containers may take (default: 60)" },
      { flags: "--no-wait", description: "do not wait for containers and routes" },
      { flags: "--build", description: "build images first" },
      { flags: "--recreate", description: "make every container anew" },
      { flags: "--profile <name>...", description: "Compose profiles that are on; kept for the next time" },
      { flags: "--env-file <file>...", description: "variables for the compose files, in place of .env; kept" },
      { flags: "--scale <service=number>...", description: "how many containers a service has; kept" },
    ],
    examples: [
      "cspace up",
      "cspace up mercury",
      "cspace up web worker",
      "cspace up --new --json",
      "cspace up --profile debug --scale web=3",
    ],
  },
  {
    name: "stop",
    summary: "end what an instance runs; URLs, volumes and networks stay",
    args: [["[target...]", "labels or services; by default all"]],
    options: [],
    examples: ["cspace stop", "cspace stop worker", "cspace stop --instance mercury --json"],
  },
  {
    name: "start",
    summary: "start again what was stopped",
    args: [["[target...]", "labels or services; by default all"]],
    options: [
      { flags: "--wait <seconds>", description: "how long routes may take (default: 10)" },
      { flags: "--no-wait", description: "do not wait for routes" },
    ],
    examples: ["cspace start", "cspace start worker"],
  },
  {
    name: "restart",
    summary: "stop and start what an instance runs, as it is",
    args: [["[target...]", "labels or services; by default all"]],
    options: [
      { flags: "--wait <seconds>", description: "how long routes may take (default: 10)" },
      { flags: "--no-wait", description: "do not wait for routes" },
    ],
    examples: ["cspace restart web", "cspace restart --instance mercury"],
  },
  {
    name: "exec",
    summary: "run a command, or a shell, in what serves a label",
    args: [
      ["<target>", "a label or a service"],
      ["[command...]", "the command and its options (default: a shell)"],
    ],
    options: [],
    examples: ["cspace exec web", "cspace exec db psql -U app", "cspace exec --instance mercury web npm test"],
  },
  {
    name: "down",
    summary: "remove an instance; its volumes stay",
    args: [["[instance]", "its name; by default the one of this directory"]],
    options: [
      { flags: "--volumes", description: "remove its volumes too" },
      { flags: "--images", description: "remove the images too that were built for it" },
      { flags: "--all", description: "remove every instance of the project" },
    ],
    examples: ["cspace down", "cspace down mercury --volumes", "cspace down --all"],
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
  },
  {
    name: "url",
    summary: "exactly one URL",
    args: [["[label]", "the route; may be left out when there is only one"]],
    options: [],
    examples: ["curl $(cspace url api)", "cspace url dev --instance mercury"],
  },
  {
    name: "open",
    summary: "a route in the browser; prints its URL",
    args: [["[label]", "the route; may be left out when there is only one"]],
    options: [],
    examples: ["cspace open", "cspace open dev --instance mercury"],
  },
  {
    name: "env",
    summary: "the variables of an instance, with the URLs that are right now",
    args: [["[instance]", "its name; by default the one of this directory"]],
    options: [
      { flags: "--format <format>", description: "dotenv, json or shell (default: dotenv)" },
      { flags: "--compose", description: "those that make a plain docker compose work on this instance" },
    ],
    examples: ["cspace env > .env.local", 'eval "$(cspace env --format shell)"', "cspace env mercury --format json"],
  },
  {
    name: "ports",
    summary: "where every port of an instance is on this machine",
    args: [["[instance]", "its name; by default the one of this directory"]],
    options: [],
    examples: ["cspace ports", "cspace ports mercury --json"],
  },
  {
    name: "logs",
    summary: "what the services of an instance print",
    args: [["[label]", "a route or a service; by default all"]],
    options: [
      { flags: "-f, --follow", description: "go on with what is printed from now on" },
      { flags: "--tail <lines>", description: "only the last lines of each (default: 100)" },
      { flags: "--since <time>", description: "only what was written since: 10m, 2h, or a date and time" },
    ],
    examples: ["cspace logs", "cspace logs dev --follow", "cspace logs db --tail 20"],
  },
  {
    name: "run",
    summary: "run a command in the foreground under a hostname",
    args: [
      ["<label>", "the label that it serves"],
      ["[command...]", "the command and its words; two dashes before it may be left out"],
    ],
    options: [],
    examples: ["cspace run dev -- npm run dev", "cspace run docs --instance mercury -- python3 -m http.server"],
  },
  {
    name: "compose",
    summary: "run Docker Compose on exactly this instance",
    args: [["[command...]", "a command of docker compose and its words"]],
    options: [],
    examples: ["cspace compose exec db psql", "cspace compose ps", "cspace compose --instance mercury -- logs -f web"],
  },
  {
    name: "proxy up",
    summary: "start the proxy, or change its ports",
    args: [],
    options: [
      { flags: "--http-port <port|auto>", description: "where it answers HTTP" },
      { flags: "--https-port <port|auto>", description: "where it answers HTTPS" },
      { flags: "--dns-port <port|auto>", description: "where it answers DNS" },
    ],
    examples: ["cspace proxy up", "cspace proxy up --http-port 8088", "cspace proxy up --http-port auto"],
  },
  {
    name: "proxy down",
    summary: "remove the proxy; instances keep running on their ports",
    args: [],
    options: [],
    examples: ["cspace proxy down"],
  },
  {
    name: "proxy status",
    summary: "the proxy's state, ports, domains and networks",
    args: [],
    options: [],
    examples: ["cspace proxy status --json"],
  },
  {
    name: "proxy logs",
    summary: "what the proxy prints",
    args: [],
    options: [
      { flags: "-f, --follow", description: "go on with what is printed from now on" },
      { flags: "--tail <lines>", description: "only the last lines of each (default: 100)" },
    ],
    examples: ["cspace proxy logs --follow"],
  },
  {
    name: "dns status",
    summary: "whether the system finds the names of every domain, and why not",
    args: [],
    options: [],
    examples: ["cspace dns status", "cspace dns status --json"],
  },
  {
    name: "dns install",
    summary: "send the domains from the system's resolver to cspace",
    args: [],
    options: [
      { flags: "--localhost", description: "let the system find cspace.localhost too, for Safari, Node and Java" },
    ],
    examples: ["cspace dns install", "cspace dns install --dry-run", "cspace dns install --localhost"],
  },
  {
    name: "dns uninstall",
    summary: "take back what dns install and init changed in the system",
    args: [],
    options: [],
    examples: ["cspace dns uninstall", "cspace dns uninstall --dry-run"],
  },
  {
    name: "trust status",
    summary: "which certificate stores trust this machine's authority, and who asks them",
    args: [],
    options: [],
    examples: ["cspace trust status", "cspace trust status --json"],
  },
  {
    name: "trust install",
    summary: "let browsers and programs trust certificates for what this machine serves",
    args: [],
    options: [{ flags: "--system", description: "macOS: for every user of the machine (default: for you)" }],
    examples: ["cspace trust install", "cspace trust install --dry-run"],
  },
  {
    name: "trust uninstall",
    summary: "take the authority out of every store",
    args: [],
    options: [],
    examples: ["cspace trust uninstall", "cspace trust uninstall --dry-run"],
  },
  {
    name: "statusline",
    summary: "one line of links for Claude Code's status line: JSON in, always exit 0",
    args: [],
    options: [
      { flags: "--beside <command>", description: "print what another status line's command prints, too" },
      { flags: "--install", description: "add it to your settings of Claude Code, beside what is there" },
      { flags: "--uninstall", description: "take it back" },
    ],
    examples: [
      "cspace statusline --install",
      `echo '{"cwd":"'"$PWD"'"}' | cspace statusline`,
      "cspace statusline --uninstall",
    ],
  },
  {
    name: "daemon",
    summary: "hold the gateway and the processes of the host; other commands start it",
    args: [],
    options: [{ flags: "--take-over", description: "go on for the daemon that has started it" }],
    examples: ["cspace daemon"],
    hidden: true,
  },
];
