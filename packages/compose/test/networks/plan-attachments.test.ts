import { type AttachmentState, attachProxy, planAttachments } from "@cspace/compose";
import { buildInstanceLabels, buildLabels } from "@cspace/labels";
import { describe, expect, test } from "vitest";
import { fakeContainer, fakeDetail, fakeEngine, fakeNetwork } from "../fake-engine.ts";

const names = { project: "redux", instance: "mercury" };
const app = fakeContainer({
  Labels: {
    ...buildInstanceLabels(names),
    ...buildLabels([{ ...names, label: "dev", port: 3000 }]),
    "com.docker.compose.project": "redux--mercury",
  },
});
const db = fakeContainer({
  name: "db-1",
  State: "exited",
  Labels: { ...buildInstanceLabels(names), "com.docker.compose.project": "redux--mercury" },
});
const projectNetwork = fakeNetwork("cspace-redux", { labels: { "cspace.managed": "true", "cspace.project": "redux" } });
const ownNetwork = fakeNetwork("redux--mercury_default", {
  labels: { "com.docker.compose.project": "redux--mercury" },
});
const state: AttachmentState = {
  containers: [app, db],
  networks: [fakeNetwork("bridge"), ownNetwork, projectNetwork],
  proxy: { "0--cspace": { NetworkID: "0" } },
  domains: ["cspace.local", "cspace.localhost"],
};
const aliases = ["dev.mercury.redux.cspace.local", "dev.mercury.redux.cspace.localhost"];

test("the project's network without names, the instance's own with every hostname", () => {
  expect(planAttachments(state)).toEqual([
    { network: "cspace-redux", aliases: [], action: "connect" },
    { network: "redux--mercury_default", aliases, action: "connect" },
  ]);
});

test("stopped containers count as running ones do", () => {
  expect(planAttachments({ ...state, containers: [{ ...app, State: "exited" }] })).toEqual(planAttachments(state));
});

describe("what is there already", () => {
  const proxy = (Aliases: readonly string[] | null): AttachmentState["proxy"] => ({
    ...state.proxy,
    "cspace-redux": { NetworkID: "1", Aliases: null },
    "redux--mercury_default": { NetworkID: "2", Aliases },
  });

  test("is left alone, also with names of Docker's beside", () => {
    expect(planAttachments({ ...state, proxy: proxy(["4f2a", ...aliases, "cspace-proxy"]) })).toEqual([]);
  });

  test.each([[null], [[]], [aliases.slice(1)]])("is made anew when a hostname is missing: %j", (Aliases) => {
    expect(planAttachments({ ...state, proxy: proxy(Aliases) })).toEqual([
      { network: "redux--mercury_default", aliases, action: "reconnect" },
    ]);
  });
});

describe("what is none of the proxy's business", () => {
  test("networks that do not exist, of other projects, or that are no bridge", () => {
    expect(planAttachments({ ...state, networks: [] })).toEqual([]);
    const networks = [
      { ...ownNetwork, Driver: "overlay" },
      fakeNetwork("other_default", { labels: { "com.docker.compose.project": "other" } }),
      fakeNetwork("cspace-fake", { labels: { "cspace.managed": "true", "cspace.project": "redux" } }),
      fakeNetwork("cspace-mine"),
    ];
    expect(planAttachments({ ...state, networks })).toEqual([]);
  });

  test("containers that are not cspace's, whatever their labels try", () => {
    const labels = { ...app.Labels };
    delete labels["cspace.managed"];
    const containers = [
      fakeContainer({ Labels: labels }),
      fakeContainer({ Labels: { ...app.Labels, "cspace.project": "../x" } }),
    ];
    expect(planAttachments({ ...state, containers, networks: [ownNetwork] })).toEqual([]);
  });
});

test("a project's network without a container is kept, so that the first one is served at once", () => {
  expect(planAttachments({ ...state, containers: [] })).toEqual([
    { network: "cspace-redux", aliases: [], action: "connect" },
  ]);
});

test("the plan is applied in order; a new set of names is a new connection", async () => {
  const Networks = { "redux--mercury_default": { NetworkID: "2", Aliases: ["old"] } };
  const details = { "cspace-proxy": fakeDetail({ NetworkSettings: { Networks } }) };
  const engine = fakeEngine({ containers: [...state.containers], networks: [...state.networks], details });
  expect(await attachProxy(engine, state.domains)).toEqual(["cspace-redux", "redux--mercury_default"]);
  expect(engine.calls).toEqual([
    "connect cspace-redux cspace-proxy",
    "disconnect redux--mercury_default cspace-proxy",
    `connect redux--mercury_default cspace-proxy ${aliases.join(" ")}`,
  ]);
});

test("without a proxy there is nothing to attach", async () => {
  const engine = fakeEngine({ containers: [...state.containers], networks: [...state.networks] });
  expect(await attachProxy(engine, state.domains)).toEqual([]);
  expect(engine.calls).toEqual([]);
});

describe("a connection that fails", () => {
  const failing = (error: Error & { statusCode?: number }) => ({
    ...fakeEngine({ containers: [app], networks: [projectNetwork], details: { "cspace-proxy": fakeDetail() } }),
    connectNetwork: () => Promise.reject(error),
  });

  test("is an error that names both", async () => {
    await expect(attachProxy(failing(new Error("no room")), state.domains)).rejects.toMatchObject({
      code: "CSPACE_ATTACH_FAILED",
      message: "the container cspace-proxy could not be connected to the network cspace-redux: no room",
    });
  });

  test("is none when it is connected by now, or the network is gone", async () => {
    const there = new Error("endpoint with name cspace-proxy already exists in network cspace-redux");
    const gone = Object.assign(new Error("network cspace-redux not found"), { statusCode: 404 });
    for (const error of [there, gone])
      expect(await attachProxy(failing(error), state.domains)).toEqual(["cspace-redux"]);
  });
});
