import { expect, test } from "vitest";
import type { FromPredecessor } from "../../src/hand-over/messages.ts";
import { takeOver } from "../../src/hand-over/take-over.ts";
import { createHolder } from "../../src/hold/holder.ts";

const record = {
  project: "shop",
  instance: "mercury",
  projectName: "shop",
  instanceName: "mercury",
  directory: "/shop",
};
const process = { label: "dev", command: "x", cwd: "/", env: {}, inherited: {}, port: 4000, domains: [] };
const nowhere = { begin: () => undefined, socket: () => undefined };

function holderOf() {
  return createHolder({
    startProcess: (_, { port }) => ({
      ...{ state: "up", port, host: "127.0.0.1", error: null, pid: null },
      lastLines: async () => [],
      stop: async () => undefined,
      handOver: async () => ({ running: null, letGo: async () => undefined, keep: () => undefined }),
    }),
    onRoutes: () => undefined,
    onEmpty: () => undefined,
  });
}

test("what is refused and what is watched is handed on", async () => {
  const older = holderOf();
  await older.start({ record, processes: [process] });
  older.refuse({ ...record, label: "dev", hostnames: ["dev.mercury.shop.test"] });
  const { instances } = await older.handOver();
  const watched = { project: "shop", instance: "mercury", labels: ["web"], endpoint: "unix:///engine.sock" };

  const newer = holderOf();
  const watches: unknown[] = [];
  const engines: string[] = [];
  let tell = (_message: FromPredecessor): void => undefined;
  const taken = takeOver(
    {
      say: () => undefined,
      onGone: () => undefined,
      onMessage: (listener) => {
        tell = (message) => listener(message, undefined);
      },
    },
    {
      holder: newer,
      engines: { watch: (endpoint) => engines.push(endpoint) },
      watcher: { watch: (request) => watches.push(request) },
      direct: { adopt: nowhere },
      front: { adopt: nowhere },
    },
  );
  tell({
    kind: "estate",
    estate: { instances, engines: [watched.endpoint], watches: [watched], direct: null, front: null },
  });
  tell({ kind: "begin" });
  tell({ kind: "alone" });
  await taken;
  expect(newer.list()).toMatchObject([{ routes: [{ label: "dev", refused: ["dev.mercury.shop.test"] }] }]);
  expect(watches).toEqual([watched]);
  expect(engines).toEqual([watched.endpoint]);
});
