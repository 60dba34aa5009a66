import {
  type Check,
  type EngineEvidence,
  firstFinding,
  judgeDaemon,
  judgeEngine,
  judgeHome,
  judgeHosts,
  judgeNames,
  judgePrograms,
  judgeProxy,
  judgeProxyVariables,
  judgeTrust,
  type ProxyEvidence,
} from "@cspace/doctor";
import { expect, test } from "vitest";

const failure = { code: "CSPACE_X", message: "it is broken", hint: "mend it" };
const engine: EngineEvidence = {
  failure: null,
  endpoint: "unix:///var/run/docker.sock",
  version: "28.0",
  chosenBy: "default",
  others: [],
  hasProxy: true,
  freeBytes: 10 ** 11,
  isUsed: true,
  compose: null,
  composeVersion: "5.0",
  skewMs: 0,
  freeSubnets: 100,
  pool: "10.213.0.0/16",
};
const colima = { context: "colima", endpoint: "unix:///colima.sock", hasProxy: true };
const proxy: ProxyEvidence = {
  engine: "docker",
  state: "running",
  missing: [],
  stuck: [],
  foreign: null,
  home: "/h",
  ownHome: "/h",
  isHomeGone: false,
  isCurrent: true,
  isNewer: false,
  isNeeded: true,
  httpPort: 80,
  versions: ["Traefik 3.7.15", "CoreDNS 1.15.0"],
  answer: "proxy",
  holder: null,
  dns: null,
};
const daemon = { state: "answers", pid: 7, version: "1.0.0", protocol: "same", neededFor: null } as const;
const names = {
  domain: "cspace.local",
  state: "ok",
  reason: null,
  fix: null,
  resolver: "macos: it is",
  isBuiltIn: false,
  isNamed: true,
  tunnels: [],
} as const;
const variables = {
  proxy: { name: "http_proxy", value: "http://proxy:3128" },
  noProxy: [],
  domains: ["cspace.local"],
} as const;
const home = { path: "/h", failure: null, freeBytes: 10 ** 11 };
const shown = (judged: Check | readonly Check[] | undefined): string[] =>
  [judged ?? []]
    .flat()
    .flatMap(({ id, status, message, fix }) =>
      status === "ok"
        ? []
        : [`${status} ${id}: ${message}${fix === null ? "" : ` -> ${fix.safe ? "safe: " : ""}${fix.command}`}`],
    );

test("a healthy machine has no finding", () => {
  const all = [
    ...judgeHome(home),
    judgePrograms({ version: "1.0.0", onPath: [{ path: "/bin/cspace", version: "1.0.0" }] }),
    ...judgeEngine(engine),
    ...judgeProxy(proxy),
    judgeDaemon(daemon),
    judgeHosts({ domain: "cspace.local", lines: [{ address: "127.0.0.1", names: ["a.cspace.local"] }] }),
    judgeNames(names),
    judgeProxyVariables({ ...variables, proxy: null }),
    judgeTrust({ stores: [{ readers: "curl", state: "trusted" }] }),
  ].filter((check) => check !== undefined);
  expect(shown(all)).toEqual([]);
  expect(firstFinding(all)).toBeUndefined();
});

test.each<[string, Check | readonly Check[] | undefined, string]>([
  ["a home that cannot be used", judgeHome({ ...home, failure }), "fail home: it is broken -> mend it"],
  [
    "a full disk",
    judgeHome({ ...home, freeBytes: 1_000_000 }),
    "fail disk: 1 MB are free on the disk of /h -> docker system df, then: docker system prune",
  ],
  [
    "a disk that is nearly full",
    judgeHome({ ...home, freeBytes: 500_000_000 }),
    "warn disk: 500 MB are free on the disk of /h -> cspace gc",
  ],
  [
    "another version on PATH",
    judgePrograms({ version: "2.0.0", onPath: [{ path: "/old/cspace", version: "1.0.0" }] }),
    "warn programs: /old/cspace is version 1.0.0, and this is 2.0.0 -> remove or update /old/cspace",
  ],
  ["an engine that is missed", judgeEngine({ ...engine, failure }), "fail engine: it is broken -> mend it"],
  [
    "an engine that nobody misses",
    judgeEngine({ ...engine, failure, isUsed: false }),
    "warn engine: it is broken -> mend it",
  ],
  [
    "an engine that may not be used",
    judgeEngine({ ...engine, failure: { ...failure, code: "CSPACE_ENGINE_DENIED" }, isUsed: false }),
    "fail engine: it is broken -> mend it",
  ],
  [
    "an engine that another context reaches",
    judgeEngine({ ...engine, failure, chosenBy: "DOCKER_HOST", others: [{ ...colima, hasProxy: false }] }),
    "fail engine: it is broken -> unset DOCKER_HOST; docker context use colima",
  ],
  [
    "an engine that is too old",
    judgeEngine({ ...engine, version: "19.03.15" }),
    "fail engine: Docker 19.03.15 is too old, older than 20.10 -> update it: https://docs.docker.com/engine/install/",
  ],
  [
    "a proxy on two engines",
    judgeEngine({ ...engine, others: [colima] }),
    "warn context: cspace's proxy is also on another engine, that of the context colima -> docker --context colima rm -f cspace-proxy cspace-dns",
  ],
  [
    "a proxy on another engine alone",
    judgeEngine({ ...engine, hasProxy: false, others: [colima] }),
    "fail context: cspace's proxy is also on another engine, that of the context colima -> docker context use colima, if that is the one you use",
  ],
  [
    "an engine without room",
    judgeEngine({ ...engine, freeBytes: 5_000_000 }),
    "fail engine-disk: 5 MB are free for the engine's images and volumes -> cspace gc, or: docker system prune",
  ],
  [
    "an engine with little room",
    judgeEngine({ ...engine, freeBytes: 500_000_000 }),
    "warn engine-disk: 500 MB are free for the engine's images and volumes -> cspace gc, or: docker system prune",
  ],
  ["Compose", judgeEngine({ ...engine, compose: failure }), "fail compose: it is broken -> mend it"],
  [
    "a clock that is far off",
    judgeEngine({ ...engine, skewMs: -120_000 }),
    "fail clock: the engine's clock is 120 s behind this machine's -> restart the engine",
  ],
  [
    "a clock that is off",
    judgeEngine({ ...engine, skewMs: 6000 }),
    "warn clock: the engine's clock is 6 s ahead of this machine's -> restart the engine",
  ],
  [
    "no network left",
    judgeEngine({ ...engine, freeSubnets: 0 }),
    "fail subnets: no network is left of 10.213.0.0/16 -> cspace gc, or cspace down what is not needed",
  ],
  [
    "few networks left",
    judgeEngine({ ...engine, freeSubnets: 3 }),
    "warn subnets: 3 networks are left of 10.213.0.0/16 -> cspace gc",
  ],
  [
    "a silent daemon",
    judgeDaemon({ ...daemon, state: "silent", pid: null }),
    "fail daemon: cspace's daemon accepts and does not answer -> end it (its command is `cspace daemon`), then: cspace up",
  ],
  [
    "a daemon that is missed",
    judgeDaemon({ ...daemon, state: "none", pid: null, neededFor: "wakes mercury" }),
    "fail daemon: no daemon runs, which wakes mercury -> safe: cspace list",
  ],
  [
    "a newer daemon",
    judgeDaemon({ ...daemon, protocol: "newer", version: "9" }),
    "fail daemon: the daemon is of a newer version of cspace, 9 -> update cspace in this project",
  ],
  [
    "an older daemon",
    judgeDaemon({ ...daemon, protocol: "older", version: "0" }),
    "warn daemon: the daemon is of an older version of cspace, 0, and is replaced by the next start -> cspace up",
  ],
  [
    "a proxy of a newer version",
    judgeProxy({ ...proxy, isNewer: true }),
    "fail proxy: the proxy was started by a newer version of cspace -> update this one: npm install --save-dev @cspace/cli@latest",
  ],
  [
    "a stranger's container",
    judgeProxy({ ...proxy, foreign: "cspace-proxy", state: "stopped" }),
    "fail proxy: a container named cspace-proxy exists that cspace did not make -> remove it if nothing needs it: docker rm -f cspace-proxy",
  ],
  [
    "a proxy of another home",
    judgeProxy({ ...proxy, home: "/other" }),
    "warn proxy: the proxy was started from another home, /other, and this one is /h -> stop it there: CSPACE_HOME=/other cspace proxy down; then: cspace proxy up",
  ],
  [
    "a paused proxy",
    judgeProxy({ ...proxy, state: "degraded", stuck: ["cspace-proxy"] }),
    "fail proxy: cspace-proxy is paused, or keeps ending -> safe: cspace proxy up",
  ],
  [
    "a proxy that does not run",
    judgeProxy({ ...proxy, state: "stopped", answer: null }),
    "fail proxy: the proxy does not run -> safe: cspace proxy up",
  ],
  [
    "a port that another has",
    judgeProxy({ ...proxy, state: "stopped", answer: null, holder: "nginx (pid 7)" }),
    "fail proxy: the proxy does not run, and port 80 is held by nginx (pid 7) -> stop that program, or let cspace choose: cspace proxy up --http-port auto",
  ],
  [
    "DNS that does not run",
    judgeProxy({ ...proxy, state: "degraded", missing: ["cspace-dns"] }),
    "fail proxy: cspace-dns does not run -> safe: cspace proxy up",
  ],
  [
    "a DNS port that another has",
    judgeProxy({
      ...proxy,
      state: "degraded",
      missing: ["cspace-dns"],
      dns: { port: 53, holder: "dnsmasq (pid 7)" },
    }),
    "fail proxy: cspace-dns does not run, and UDP port 53 is held by dnsmasq (pid 7) -> stop that program, or let cspace choose: cspace proxy up --dns-port auto",
  ],
  [
    "somebody else's answer",
    judgeProxy({ ...proxy, answer: "other" }),
    "fail port: on port 80 of 127.0.0.1 something else answers -> stop that program, or let cspace choose: cspace proxy up --http-port auto",
  ],
  [
    "a port that is filtered",
    judgeProxy({ ...proxy, answer: "timeout" }),
    "fail port: the proxy runs, and connections are swallowed on port 80 of 127.0.0.1 -> see what filters loopback (a firewall, a VPN), then restart the engine",
  ],
  [
    "a proxy that has drifted",
    judgeProxy({ ...proxy, isCurrent: false }),
    "warn drift: the proxy is not as this version of cspace, or its configuration, would make it -> safe: cspace proxy up",
  ],
  [
    "names that lead elsewhere",
    judgeNames({ ...names, state: "not-used", reason: "a VPN answers", fix: "turn it off" }),
    "fail names.cspace.local: names under cspace.local do not lead to this machine: a VPN answers -> turn it off",
  ],
  [
    "no rule",
    judgeNames({ ...names, state: "no-rule", reason: "no rule", fix: "cspace init" }),
    "warn names.cspace.local: names under cspace.local do not lead to this machine: no rule -> cspace init",
  ],
  [
    "a shadow in /etc/hosts",
    judgeHosts({ domain: "cspace.local", lines: [{ address: "10.0.0.1", names: ["a.cspace.local"] }] }),
    "fail hosts.cspace.local: /etc/hosts leads a.cspace.local to 10.0.0.1 -> take these lines out of /etc/hosts",
  ],
  [
    "a proxy for everything",
    judgeProxyVariables(variables),
    'warn proxy-variables: http_proxy sends programs to http://proxy:3128 for names under cspace.local -> export NO_PROXY=".cspace.local,localhost,127.0.0.1"',
  ],
  [
    "an authority that is not trusted",
    judgeTrust({
      stores: [
        { readers: "curl", state: "trusted" },
        { readers: "Chromium", state: "not-trusted" },
      ],
    }),
    "warn trust: HTTPS of this machine is not trusted by Chromium -> cspace trust install",
  ],
])("%s", (_, judged, expected) => {
  expect(shown(judged)).toEqual([expected]);
});

test("what nobody needs may be stopped, and what browsers find by themselves needs no rule", () => {
  expect(shown(judgeProxy({ ...proxy, state: "stopped", isNeeded: false, answer: null }))).toEqual([]);
  expect(shown(judgeDaemon({ ...daemon, state: "none", pid: null, neededFor: null }))).toEqual([]);
  expect(
    shown(judgeNames({ ...names, domain: "cspace.localhost", state: "no-rule", reason: "x", isBuiltIn: true })),
  ).toEqual([]);
  expect(shown(judgeNames({ ...names, state: "no-rule", reason: "x", isNamed: false }))).toEqual([]);
  expect(shown(judgeTrust({ stores: [{ readers: "Chromium", state: "not-trusted" }] }))).toEqual([]);
  expect(shown(judgeProxyVariables({ ...variables, noProxy: [".local"] }))).toEqual([]);
  expect(shown(judgeProxyVariables({ ...variables, noProxy: ["*"] }))).toEqual([]);
  expect(shown(judgeProxy({ ...proxy, home: "/gone", isHomeGone: true }))).toEqual([]);
});

test("the first that fails goes before all that warn", () => {
  const check = (status: Check["status"]): Check => ({ id: status, status, message: "", evidence: [], fix: null });
  expect(firstFinding([check("ok"), check("warn"), check("unknown"), check("fail")])?.id).toBe("fail");
  expect(firstFinding([check("ok"), check("unknown"), check("warn")])?.id).toBe("warn");
  expect(firstFinding([check("unknown")])).toBeUndefined();
});
