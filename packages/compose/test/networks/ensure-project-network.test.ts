import { expect, test } from "vitest";
import { ensureProjectNetwork } from "../../src/networks/ensure-project-network.ts";
import { fakeEngine, fakeNetwork } from "../fake-engine.ts";

const pool = "203.0.113.0/24";
const owned = (name: string) =>
  fakeNetwork("cspace-redux", {
    labels: { "cspace.managed": "true", "cspace.project": "redux", "cspace.project.name": name },
  });

test("it is made internal, with a subnet of the pool", async () => {
  const engine = fakeEngine();
  const options = { engine, pool, reserved: ["203.0.113.0/26"], projectName: "Redux" };
  expect(await ensureProjectNetwork("redux", options)).toBe(true);
  expect(engine.calls).toEqual(["create network cspace-redux true 203.0.113.64/26"]);
});

test("every served container of a project is on it: it is larger where the pool is, and not where that is used up", async () => {
  const made = async (pool: string, reserved: string[] = []): Promise<readonly string[]> => {
    const engine = fakeEngine();
    await ensureProjectNetwork("redux", { engine, pool, reserved, projectName: "Redux" });
    return engine.calls;
  };
  expect(await made("198.18.0.0/16")).toEqual(["create network cspace-redux true 198.18.0.0/22"]);
  expect(await made("198.18.0.0/18")).toEqual(["create network cspace-redux true 198.18.0.0/24"]);
  const used = Array.from({ length: 64 }, (_, index) => `198.18.${index * 4}.0/26`);
  expect(await made("198.18.0.0/16", used)).toEqual(["create network cspace-redux true 198.18.0.64/26"]);
});

test("one that is there is left alone", async () => {
  const engine = fakeEngine({ networks: [owned("Redux")] });
  expect(await ensureProjectNetwork("redux", { engine, pool, projectName: "Redux" })).toBe(false);
  expect(engine.calls).toEqual([]);
});

test("one of somebody else's is refused", async () => {
  const engine = fakeEngine({ networks: [fakeNetwork("cspace-redux")] });
  await expect(ensureProjectNetwork("redux", { engine, pool, projectName: "redux" })).rejects.toMatchObject({
    code: "CSPACE_NAME_TAKEN",
    message: "the network cspace-redux exists and is not cspace's",
  });
});

test("one of a project whose name merely comes to the same slug is refused, and both are named", async () => {
  const engine = fakeEngine({ networks: [owned("Re dux")] });
  await expect(ensureProjectNetwork("redux", { engine, pool, projectName: "Redux!" })).rejects.toMatchObject({
    code: "CSPACE_NAME_TAKEN",
    message: 'the project "Redux!" comes to the name redux, which is in use for "Re dux"',
  });
});
