import { type ListedInstance, listContainerInstances } from "@cspace/compose";
import { describe, expect, test } from "vitest";
import { fakeContainer, fakeEngine } from "../fake-engine.ts";
import { aPlan } from "./a-plan.ts";

type Container = ReturnType<typeof fakeContainer>;

/** A container of the planned instance, as it runs. */
function containerOf(service: string, options: Partial<Container> & { instance?: string } = {}): Container {
  const { instance = "mercury", Labels = {}, ...rest } = options;
  const labels = aPlan({ instance, instanceName: instance }).services[service]?.labels;
  return fakeContainer({
    name: `resume-redux--${instance}-${service}-1`,
    Labels: {
      ...labels,
      "com.docker.compose.project": `resume-redux--${instance}`,
      "com.docker.compose.service": service,
      ...Labels,
    },
    ...rest,
  });
}

async function list(containers: readonly Container[]): Promise<ListedInstance[]> {
  return await listContainerInstances({ engine: fakeEngine({ containers }) });
}

test("an instance from the labels of its containers", async () => {
  const Ports = [
    { IP: "127.0.0.1", PrivatePort: 3000, PublicPort: 49153, Type: "tcp" },
    { PrivatePort: 9229, Type: "tcp" },
  ];
  const database = { Ports: [{ IP: "127.0.0.1", PrivatePort: 5432, PublicPort: 49155, Type: "tcp" }] };
  expect(await list([containerOf("db", database), containerOf("app", { Ports })])).toEqual([
    {
      project: "resume-redux",
      instance: "mercury",
      projectName: "Résumé Redux",
      instanceName: "mercury",
      directory: "/home/ada/resume-redux",
      directoryId: "5ykub-dn5rg36pnunm",
      repository: "/home/ada/resume-redux/.git",
      repositoryId: "5ykuc-dn5rg36pnunm",
      domain: "cspace.localhost",
      state: "running",
      routes: [
        {
          label: "dev",
          service: "app",
          port: 3000,
          bindings: [{ hostIp: "127.0.0.1", hostPort: 49153 }],
          running: true,
          starting: true,
          reason: null,
        },
      ],
      ports: [{ service: "db", port: 5432, protocol: "tcp", bindings: [{ hostIp: "127.0.0.1", hostPort: 49155 }] }],
      services: ["app", "db"],
      states: [
        { service: "app", state: "running", reason: null },
        { service: "db", state: "running", reason: null },
      ],
      containers: [
        { id: "id-resume-redux--mercury-app-1", name: "resume-redux--mercury-app-1", service: "app" },
        { id: "id-resume-redux--mercury-db-1", name: "resume-redux--mercury-db-1", service: "db" },
      ],
    },
  ]);
});

test("instances are sorted, and kept apart by project", async () => {
  const containers = [containerOf("app", { instance: "venus" }), containerOf("app")];
  expect((await list(containers)).map((one) => one.instance)).toEqual(["mercury", "venus"]);
  const engine = fakeEngine({ containers });
  expect(await listContainerInstances({ engine, project: "resume-redux" })).toHaveLength(2);
  expect(await listContainerInstances({ engine, project: "other" })).toEqual([]);
});

test("containers that are not cspace's, that only carry routes, and one-off runs are no instance", async () => {
  const { "cspace.directory": _, ...routesOnly } = containerOf("app").Labels;
  const oneOff = containerOf("migrate", { Labels: { "com.docker.compose.oneoff": "True" } });
  expect(await list([fakeContainer(), fakeContainer({ Labels: routesOnly }), oneOff])).toEqual([]);
});

describe("its state", () => {
  const stopped = { State: "exited", Status: "Exited (1) 3 seconds ago" };
  const ended = { State: "exited", Status: "Exited (0) 3 seconds ago" };
  test.each([
    ["running", [containerOf("app"), containerOf("migrate", ended)]],
    ["partial", [containerOf("app"), containerOf("db", stopped)]],
    ["partial", [containerOf("app"), containerOf("db", { State: "created", Status: "Created" })]],
    ["stopped", [containerOf("app", stopped), containerOf("db", ended)]],
  ] as const)("%s (%#)", async (state, containers) => {
    expect((await list(containers))[0]?.state).toBe(state);
  });
});

test("a route is starting until its healthcheck has passed, and prefers a container that runs", async () => {
  const starting = containerOf("app", { Status: "Up 1 second (health: starting)" });
  expect((await list([starting]))[0]?.routes[0]).toMatchObject({ running: true, starting: true });
  const old = containerOf("app", { Names: ["/a-1"], State: "exited", Status: "Exited (0)" });
  const Ports = [{ IP: "0.0.0.0", PrivatePort: 3000, PublicPort: 5, Type: "tcp" }];
  for (const containers of [
    [old, containerOf("app", { Names: ["/a-2"], Ports })],
    [containerOf("app", { Names: ["/a-0"], Ports }), old],
  ]) {
    expect((await list(containers))[0]?.routes).toMatchObject([{ running: true, bindings: [{ hostPort: 5 }] }]);
  }
});

describe("the state of a service, and why", () => {
  test.each([
    ["running", "Up 3 minutes", "running", null],
    ["running", "Up 3 minutes (healthy)", "running", null],
    ["running", "Up 3 seconds (health: starting)", "starting", "its health check has not passed yet"],
    ["running", "Up 3 minutes (unhealthy)", "unhealthy", "its health check fails"],
    ["exited", "Exited (0) 2 minutes ago", "ended", null],
    ["exited", "Exited (4) 2 minutes ago", "failed", "exited with code 4"],
    ["restarting", "Restarting (3) 2 seconds ago", "failed", "keeps exiting with code 3, and is restarted"],
    ["created", "Created", "stopped", "was not started"],
    ["paused", "Up 3 minutes (Paused)", "stopped", "paused"],
    ["dead", "Dead", "failed", "is dead"],
  ])("%s, %s: %s", async (State, Status, state, reason) => {
    const [instance] = await list([containerOf("app", { State, Status })]);
    expect(instance?.states).toEqual([{ service: "app", state, reason }]);
  });

  test("is that of the worst of its containers, and an instance with an unhealthy one does not simply run", async () => {
    const well = containerOf("app", { Names: ["/a-1"] });
    const sick = containerOf("app", { Names: ["/a-2"], Status: "Up 3 minutes (unhealthy)" });
    for (const containers of [
      [well, sick],
      [sick, well],
    ]) {
      const [instance] = await list(containers);
      expect(instance?.states).toMatchObject([{ state: "unhealthy" }]);
      expect(instance?.state).toBe("partial");
      // The route has a container that serves it.
      expect(instance?.routes).toMatchObject([{ running: true, reason: null }]);
    }
  });

  test("a route whose container was started lately may still be starting", async () => {
    const of = async (Status: string) => (await list([containerOf("app", { Status })]))[0]?.routes[0]?.starting;
    expect(await of("Up 59 seconds")).toBe(true);
    expect(await of("Up About a minute")).toBe(true);
    expect(await of("Up 2 minutes")).toBe(false);
  });
});
