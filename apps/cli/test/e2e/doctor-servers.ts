/** Servers that are wrong in one way each, by their label; what runs them is Node. */
const scripts: Readonly<Record<string, string>> = {
  near: `require("http").createServer((q, s) => s.end()).listen(3000, "127.0.0.1")`,
  near6: `require("http").createServer((q, s) => s.end()).listen(3000, "::1")`,
  other: `require("http").createServer((q, s) => s.end()).listen(5173)`,
  none: `setInterval(() => {}, 1000)`,
  away: `require("http").createServer((q, s) => { s.writeHead(302, { location: "http://localhost:3000/" }); s.end() }).listen(3000)`,
  strict: `require("http").createServer((q, s) => { const host = q.headers.host.split(":")[0]; s.writeHead(/^(localhost|[\\\\d.]+)$/.test(host) ? 200 : 403); s.end() }).listen(3000)`,
  closes: `require("net").createServer((s) => s.destroy()).listen(3000)`,
  mute: `require("net").createServer((s) => s.on("error", () => {})).listen(3000)`,
};

/** What doctor is to name first for the route of each. */
export const wrongServers: Readonly<Record<string, string>> = {
  near: "route.near.listening",
  near6: "route.near6.listening",
  other: "route.other.listening",
  none: "route.none.listening",
  away: "route.away.redirect",
  strict: "route.strict.answer",
  closes: "route.closes.answer",
  mute: "route.mute.answer",
  tls: "route.tls.answer",
  loop: "route.loop.container",
};

const service = (name: string, command: readonly string[], extra = ""): string => `  ${name}:
    image: node:24
    init: true
    stop_grace_period: 0s
    working_dir: /app
    volumes: [".:/app:ro"]
    command: ${JSON.stringify(command)}
    ports: ["3000"]
${extra}`;

/** Their services; `loop` ends and is started again, and `sick` is well as long as it has a file. */
export const wrongServices: string = [
  ...Object.entries(scripts).map(([name, script]) =>
    // Containers have no ::1 of their own where their network has no IPv6.
    service(
      name,
      ["node", "-e", script],
      name === "near6" ? "    sysctls: { net.ipv6.conf.lo.disable_ipv6: 0 }\n" : "",
    ),
  ),
  service("tls", ["node", "server.mjs", "tls", "3000"]),
  service("loop", ["node", "-e", "process.exit(3)"], "    restart: always\n"),
  service(
    "sick",
    [
      "node",
      "-e",
      `require("fs").writeFileSync("/tmp/well", ""); require("http").createServer((q, s) => s.end()).listen(3000)`,
    ],
    `    healthcheck: { test: ["CMD", "test", "-e", "/tmp/well"], interval: 1s, retries: 1 }\n`,
  ),
].join("");
