import { listContainerInstances, snapshotEngine } from "@cspace/compose";
import { labelKeys } from "@cspace/labels";
import { expect, test } from "vitest";
import { type FakeState, fakeContainer, fakeDetail, fakeEngine } from "../fake-engine.ts";

/** An engine that counts what it is asked. */
function counted(state: FakeState): { engine: ReturnType<typeof fakeEngine>; asked: string[] } {
  const engine = fakeEngine(state);
  const asked: string[] = [];
  const note =
    <Args extends unknown[], Answer>(name: string, ask: (...args: Args) => Answer) =>
    (...args: Args): Answer => {
      asked.push(`${name} ${JSON.stringify(args)}`);
      return ask(...args);
    };
  return {
    asked,
    engine: {
      ...engine,
      listContainers: note("containers", engine.listContainers),
      listNetworks: note("networks", engine.listNetworks),
      inspectContainer: note("inspect", engine.inspectContainer),
    },
  };
}

const running = fakeContainer({ name: "shop-web-1", Labels: { [labelKeys.managed]: "true", "a.b": "c=d" } });
const stopped = fakeContainer({ name: "shop-db-1", State: "exited", Labels: { "a.b": "x" } });
const paused = fakeContainer({ name: "other", State: "paused" });
const networks = [
  { Id: "1", Name: "cspace-shop", Driver: "bridge", Labels: { [labelKeys.managed]: "true" } },
  { Id: "2", Name: "bridge", Driver: "bridge", Labels: null },
];

test("one list of containers, one of networks and one look at each container serve every question", async () => {
  const { engine, asked } = counted({
    containers: [running, stopped],
    networks,
    details: { "cspace-proxy": fakeDetail() },
  });
  const now = snapshotEngine(engine);
  expect(asked).toEqual([]);
  await Promise.all([listContainerInstances({ engine: now }), now.listContainers({ all: true })]);
  await now.listContainers();
  await now.listNetworks({ filters: { name: ["cspace"] } });
  await now.listNetworks();
  await now.inspectContainer("cspace-proxy");
  expect(await now.inspectContainer("cspace-proxy")).toEqual(fakeDetail());
  expect(await now.inspectContainer("nobody")).toBeUndefined();
  expect(asked).toEqual(['containers [{"all":true}]', "networks []", 'inspect ["cspace-proxy"]', 'inspect ["nobody"]']);
});

test.for([
  [{ all: true, filters: { label: ["a.b=c=d"] } }, [running]],
  [{ all: true, filters: { label: ["a.b"] } }, [running, stopped]],
  [{ all: true, filters: { label: ["a.b", `${labelKeys.managed}=true`] } }, [running]],
  [{ all: true, filters: { label: ["a.b="] } }, []],
  [{ all: true, filters: { name: ["shop-"] } }, [running, stopped]],
  [{ filters: { name: ["db", "web"] } }, [running]],
  [{}, [running, paused]],
] as const)("%j", async ([options, expected]) => {
  const now = snapshotEngine(fakeEngine({ containers: [running, stopped, paused] }));
  expect(await now.listContainers(options)).toEqual(expected);
});

test("networks are filtered by label and name as the engine does", async () => {
  const now = snapshotEngine(fakeEngine({ networks }));
  const named = async (filters: Record<string, string[]>): Promise<string[]> =>
    (await now.listNetworks({ filters })).map(({ Name }) => Name);
  expect(await named({ label: [labelKeys.managed] })).toEqual(["cspace-shop"]);
  expect(await named({ name: ["bri"] })).toEqual(["bridge"]);
});

test("a filter that it does not know is no answer", async () => {
  const now = snapshotEngine(fakeEngine({ containers: [running] }));
  await expect(now.listContainers({ all: true, filters: { volume: ["data"] } })).rejects.toThrow(/volume/);
});
