import { Socket } from "node:net";
import { beforeEach, describe, expect, test } from "vitest";
import type { HeldUpstream } from "../../src/hold/describe-held.ts";
import { createHolder, type Holder } from "../../src/hold/holder.ts";
import type { HeldRoute, ProcessRequest } from "../../src/protocol.ts";

const record = {
  project: "shop",
  instance: "mercury",
  projectName: "shop",
  instanceName: "mercury",
  directory: "/home/ada/shop",
};
const request = (label: string, more: Partial<ProcessRequest> = {}): ProcessRequest => ({
  label,
  command: `run ${label}`,
  cwd: "/home/ada/shop",
  env: { CSPACE_INSTANCE: "mercury" },
  inherited: { PATH: "/bin" },
  port: 4000,
  domains: ["cspace.local"],
  ...more,
});

interface FakeProcess {
  state: HeldRoute["state"];
  port: number;
  readonly change: () => void;
  readonly label: string;
}

/** Takes a label; gives what ends the connection that holds it, or `undefined` when the label is taken. */
function lease(label: string, port: number): (() => void) | undefined {
  const connection = new Socket();
  const isHeld = holder.lease({ record, label, port, command: "node" }, connection);
  return isHeld ? () => void connection.emit("close") : undefined;
}

let started: FakeProcess[];
let stopped: string[];
let handedOver: string[];
let served: readonly HeldUpstream[];
let empty: number;
let holder: Holder;

beforeEach(() => {
  [started, stopped, handedOver, served, empty] = [[], [], [], [], 0];
  holder = createHolder({
    startProcess: (_, { label, port }, change) => {
      const fake: FakeProcess = { state: "starting", port, change, label };
      started.push(fake);
      return {
        get state() {
          return fake.state;
        },
        get port() {
          return fake.port;
        },
        host: "127.0.0.1",
        error: null,
        pid: null,
        lastLines: async () => [`${label} says`],
        handOver: async () => ({
          running: null,
          letGo: async () => {
            handedOver.push(label);
            change();
          },
          keep: () => undefined,
        }),
        stop: async () => {
          stopped.push(label);
          await Promise.resolve();
          fake.state = "stopped";
          change();
        },
      };
    },
    onRoutes: (routes) => {
      served = routes;
    },
    onEmpty: () => {
      empty += 1;
    },
  });
});

const marks = (): string[] =>
  served.map(({ label, upstream, starting }) => `${label}:${upstream}${starting ? "?" : ""}`);

test("a process is served from its start, on the port that it took in the end", async () => {
  await holder.start({ record, processes: [request("dev")] });
  expect(marks()).toEqual(["dev:4000?"]);
  Object.assign(started[0] as FakeProcess, { state: "up", port: 5173 }).change();
  expect(marks()).toEqual(["dev:5173"]);
  expect(holder.list()).toMatchObject([
    { record, routes: [{ label: "dev", port: 5173, askedPort: 4000, state: "up", leased: false }] },
  ]);
  expect(await served[0]?.lastLines()).toEqual(["dev says"]);
});

describe("asked again", () => {
  test("what runs as asked is left alone, also from another terminal", async () => {
    await holder.start({ record, processes: [request("dev"), request("api")] });
    const before = holder.list();
    await holder.start({ record, processes: [request("dev", { inherited: { TERM: "x" } }), request("api")] });
    expect(holder.list()).toEqual(before);
    expect(stopped).toEqual([]);
  });

  test("what is asked otherwise, or not any more, ends; what has ended starts", async () => {
    await holder.start({ record, processes: [request("dev"), request("api"), request("docs")] });
    (started[2] as FakeProcess).state = "exited";
    await holder.start({ record, processes: [request("dev", { command: "other" }), request("docs")] });
    expect(stopped.toSorted()).toEqual(["api", "dev", "docs"]);
    expect(started.map(({ label }) => label)).toEqual(["dev", "api", "docs", "dev", "docs"]);
    expect(holder.list()[0]?.routes.map(({ label }) => label)).toEqual(["dev", "docs"]);
  });

  test.each([
    ["asked otherwise", { command: "other" }, "up"],
    ["ended", {}, "exited"],
  ] as const)("the only process of an instance is kept when it is started anew: %s", async (_, more, state) => {
    await holder.start({ record, processes: [request("dev")] });
    Object.assign(started[0] as FakeProcess, { state });
    await holder.start({ record, processes: [request("dev", more)] });
    expect(holder.list()).toMatchObject([{ record, routes: [{ label: "dev", state: "starting" }] }]);
    expect([marks(), empty]).toEqual([["dev:4000?"], 0]);
    expect(await holder.stop(record)).toBe(true);
  });

  test("a lease that is given back, or another instance that ends, meanwhile takes nothing along", async () => {
    const venus = { ...record, instance: "venus" };
    await holder.start({ record, processes: [request("dev")] });
    await holder.start({ record: venus, processes: [request("dev", { port: 4001 })] });
    const release = lease("api", 3000);
    const again = holder.start({ record, processes: [request("dev", { command: "other" })] });
    release?.();
    await Promise.all([again, holder.stop(venus)]);
    expect(holder.list()).toMatchObject([{ record, routes: [{ label: "dev", command: "other" }] }]);
    expect([marks(), empty]).toEqual([["dev:4000?"], 0]);
  });
});

describe("stopped and started by name", () => {
  const states = (): unknown => holder.list()[0]?.routes.map(({ label, state }) => `${label} ${state}`);
  beforeEach(() => holder.start({ record, processes: [request("dev"), request("api")] }));

  test("what is stopped stays known, leads nowhere, and says why", async () => {
    expect(await holder.control({ ...record, action: "stop", labels: ["api"] })).toEqual(["api"]);
    expect(states()).toEqual(["api stopped", "dev starting"]);
    expect(served.find(({ label }) => label === "api")).toMatchObject({ upstream: null, reason: "it was stopped" });
    expect(await holder.control({ ...record, action: "stop" })).toEqual(["dev"]);
    expect(await holder.control({ ...record, action: "stop" })).toEqual([]);
    expect(empty).toBe(0);
  });

  test("what has ended starts as it was asked for, and what runs is left alone", async () => {
    (started[1] as FakeProcess).state = "failed";
    expect(await holder.control({ ...record, action: "start" })).toEqual(["api"]);
    expect(started.map(({ label }) => label)).toEqual(["dev", "api", "api"]);
    expect(states()).toEqual(["api starting", "dev starting"]);
  });

  test("a restart is for what runs and for what has ended", async () => {
    (started[1] as FakeProcess).state = "exited";
    expect(await holder.control({ ...record, action: "restart" })).toEqual(["dev", "api"]);
    expect(started).toHaveLength(4);
    expect(states()).toEqual(["api starting", "dev starting"]);
  });

  test("one that is taken away while it ends does not come back", async () => {
    const again = holder.control({ ...record, action: "restart", labels: ["api"] });
    await Promise.all([again, holder.stop(record)]);
    expect(holder.list()).toEqual([]);
    expect(started).toHaveLength(2);
  });

  test("an instance or a label that there is not is nothing to do", async () => {
    expect(await holder.control({ ...record, instance: "venus", action: "start" })).toEqual([]);
    expect(await holder.control({ ...record, action: "restart", labels: ["nope"] })).toEqual([]);
  });

  test("where a process runs, and with which environment", () => {
    expect(holder.place({ ...record, label: "dev" })).toEqual({
      cwd: "/home/ada/shop",
      env: { PATH: "/bin", CSPACE_INSTANCE: "mercury", PORT: "4000", HOST: "127.0.0.1" },
    });
    expect(holder.place({ ...record, label: "nope" })).toBeUndefined();
  });
});

test("instances are kept apart, and the last one's end is told", async () => {
  const venus = { ...record, instance: "venus" };
  await holder.start({ record, processes: [request("dev")] });
  await holder.start({ record: venus, processes: [request("dev", { port: 4001 })] });
  expect(marks()).toEqual(["dev:4000?", "dev:4001?"]);
  expect(await holder.stop(record)).toBe(true);
  expect(await holder.stop(record)).toBe(false);
  expect([marks(), empty]).toEqual([["dev:4001?"], 0]);
  await holder.stop(venus);
  expect([marks(), empty, holder.list()]).toEqual([[], 1, []]);
});

test.each(["exited", "failed", "restarting", "crash-loop"] as const)(
  "nobody is dialled for a process that is %s",
  async (state) => {
    await holder.start({ record, processes: [request("dev")] });
    Object.assign(started[0] as FakeProcess, { state });
    started[0]?.change();
    expect(served.map(({ upstream }) => upstream)).toEqual([null]);
  },
);

describe("a lease", () => {
  test("is a route until it is given back, once", () => {
    const release = lease("dev", 3000);
    expect(marks()).toEqual(["dev:3000"]);
    expect(holder.list()[0]?.routes).toMatchObject([{ label: "dev", leased: true, state: "up" }]);
    release?.();
    release?.();
    expect([marks(), empty]).toEqual([[], 1]);
  });

  test("is refused for a label that is served, and leaves nothing behind", async () => {
    await holder.start({ record, processes: [request("dev")] });
    expect(lease("dev", 3000)).toBeUndefined();
    const release = lease("api", 3000);
    expect(lease("api", 3001)).toBeUndefined();
    release?.();
    expect(marks()).toEqual(["dev:4000?"]);
  });

  test("keeps its label: starting a process of the same fails before anything ends", async () => {
    await holder.start({ record, processes: [request("web")] });
    lease("dev", 3000);
    const asked = holder.start({ record, processes: [request("dev")] });
    await expect(asked).rejects.toMatchObject({ code: "CSPACE_LABEL_TAKEN" });
    expect([marks(), stopped]).toEqual([["web:4000?", "dev:3000"], []]);
  });

  test("an old one that ends late does not take its successor along", () => {
    const first = lease("dev", 3000);
    first?.();
    lease("dev", 3001);
    first?.();
    expect(marks()).toEqual(["dev:3001"]);
  });

  test("of somebody who has gone already is none", () => {
    const gone = new Socket().destroy();
    expect(holder.lease({ record, label: "dev", port: 3000, command: "node" }, gone)).toBe(true);
    expect([marks(), holder.list(), empty]).toEqual([[], [], 1]);
  });

  test("outlives the processes of its instance", async () => {
    lease("dev", 3000);
    await holder.start({ record, processes: [request("api")] });
    await holder.stop(record);
    expect([marks(), empty]).toEqual([["dev:3000"], 0]);
  });
});

test("closing ends every process", async () => {
  await holder.start({ record, processes: [request("dev"), request("api")] });
  await holder.close();
  expect(stopped.toSorted()).toEqual(["api", "dev"]);
});

test("what is handed over is another one's: nothing of it ends here, and nothing is told", async () => {
  await holder.start({ record, processes: [request("dev"), request("api", { port: 4001 })] });
  const end = lease("docs", 3000);
  Object.assign(started[1] as FakeProcess, { state: "failed" });
  const { instances, leases, streams, letGo } = await holder.handOver();
  expect(instances).toMatchObject([
    {
      record,
      processes: [
        { request: { label: "dev" }, run: null, past: null },
        { request: { label: "api" }, run: null, past: { state: "failed", lines: ["api says"] } },
      ],
      leases: [{ request: { label: "docs", port: 3000 } }],
    },
  ]);
  expect(leases).toMatchObject([{ kind: "lease", instance: 0, lease: 0 }]);
  expect(streams).toEqual([]);
  const before = marks();
  await letGo();
  end?.();
  expect([stopped, handedOver, marks(), holder.list(), empty]).toEqual([[], ["dev", "api"], before, [], 0]);
});

test("what was handed over is held, with what has ended as it ended", () => {
  const connection = new Socket();
  const startedAt = 1;
  const past = {
    state: "failed",
    error: { code: "CSPACE_X", message: "it broke", hint: null },
    lines: ["a", "b"],
  } as const;
  holder.adopt([
    {
      record,
      processes: [
        { request: request("dev"), startedAt, running: null, past: null },
        { request: request("api", { port: 4001 }), startedAt, running: null, past },
      ],
      leases: [{ request: { record, label: "docs", port: 3000, command: "node" }, startedAt, connection }],
    },
  ]);
  expect(started.map(({ label }) => label)).toEqual(["dev"]);
  expect(holder.list()[0]?.routes).toMatchObject([
    { label: "api", state: "failed", error: { message: "it broke" }, startedAt },
    { label: "dev", state: "starting", startedAt },
    { label: "docs", leased: true, startedAt },
  ]);
  connection.emit("close");
  expect(marks()).toEqual(["dev:4000?", "api:null"]);
});
