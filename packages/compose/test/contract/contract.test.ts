import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  homePaths,
  listContainerInstances,
  planProxy,
  readAllRecords,
  readIdlePolicies,
  readMachineConfig,
  readMade,
  readMarkedRunning,
  readRecordedInstances,
  readSleeps,
  writeMachineConfig,
} from "@cspace/compose";
import { expect, onTestFinished, test } from "vitest";
import { fakeEngine } from "../fake-engine.ts";
import { aPlan } from "../instance/a-plan.ts";

/**
 * What a release of the contract 1 has left on a machine. A later release of the same contract goes on with all of it as it
 * is; one that cannot raises the version (`spec` of labels, of the proxy, of the home), and keeps this folder as it is.
 */
const folder = join(import.meta.dirname, "1");
const paths = homePaths({ env: { CSPACE_HOME: join(folder, "home") } });
const record = {
  project: "shop",
  instance: "mercury",
  projectName: "shop",
  instanceName: "mercury",
  directory: "/home/ada/shop",
  directoryId: "hk4y-dn8vzz17vstc",
  repository: "/home/ada/shop",
  repositoryId: "hk4y-dn8vzz17vstc",
};
const names = { project: "shop", instance: "mercury" };
const endpoint = "unix:///var/run/docker.sock";

test("the files of the home are read as they were meant", async () => {
  expect(await readMachineConfig(paths)).toEqual({
    domains: ["cspace.localhost"],
    httpPort: 8088,
    httpsPort: 8443,
    dnsPort: 5300,
    networkPool: "10.213.0.0/16",
    idle: "2h",
  });
  expect(await readMade(paths)).toEqual({
    images: ["traefik:v3.7.15"],
    folders: ["/home/ada/.config", "/home/ada/.config/systemd"],
    databases: ["/home/ada/.pki/nssdb"],
  });
  expect(await readAllRecords(paths)).toEqual([record]);
  expect(await readRecordedInstances(paths)).toMatchObject([
    { ...record, routes: [{ label: "web", service: "web", port: 3000 }] },
  ]);
  expect(await readIdlePolicies(paths)).toEqual([{ ...names, idleMs: 1_800_000, form: "stop", endpoint }]);
  expect(await readMarkedRunning(paths)).toMatchObject([names]);
  expect(await readSleeps(paths)).toEqual([
    {
      ...names,
      since: "2026-11-30T22:09:59.000Z",
      form: "stop",
      endpoint,
      savedBytes: 4_300_000,
      containers: [{ id: "3113e17edfe7", service: "web" }],
      routes: [{ label: "web", service: "web", port: 3000 }],
      processes: ["dev"],
    },
  ]);
});

test("its containers are an instance", async () => {
  const labels = JSON.parse(readFileSync(join(folder, "container-labels.json"), "utf8"));
  const container = {
    Id: "3113e17edfe7",
    Names: ["/shop--mercury-web-1"],
    Image: "busybox:1.37",
    Labels: labels,
    State: "running",
    Status: "Up 5 minutes",
    Ports: [{ IP: "127.0.0.1", PrivatePort: 3000, PublicPort: 49_173, Type: "tcp" }],
    Created: 1_796_076_000,
  };
  const [listed] = await listContainerInstances({ engine: fakeEngine({ containers: [container] }) });
  expect(listed).toMatchObject({
    ...record,
    domain: "cspace.localhost",
    state: "running",
    routes: [{ label: "web", service: "web", port: 3000, running: true }],
  });
  expect(listed).not.toHaveProperty("spec");
});

test("neither its proxy nor its instances are made anew: what is rendered for them is the same", () => {
  const kept = JSON.parse(readFileSync(join(folder, "hashes.json"), "utf8"));
  const stack = planProxy(
    {
      httpPort: 80,
      httpsPort: 443,
      dnsPort: 53,
      domains: ["cspace.local", "cspace.localhost"],
      socketPath: "/var/run/docker.sock",
      subnet: "10.213.0.0/26",
      ipv6: true,
      selinux: false,
    },
    "/home/ada/.cspace",
  );
  expect(stack.hash).toBe(kept.proxy);
  expect(aPlan().hashes).toEqual(kept.instance);
});

test("files that a newer contract changed are refused, and left as they are", async () => {
  const home = mkdtempSync(join(tmpdir(), "cspace-newer-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const text = '{ "spec": 2, "domains": { "cspace.local": {} } }';
  writeFileSync(join(home, "config.json"), text);
  const newer = homePaths({ env: { CSPACE_HOME: home } });
  const refused = { code: "CSPACE_VERSION_NEWER", hint: expect.stringContaining("npm install") };
  await expect(readMachineConfig(newer)).rejects.toMatchObject(refused);
  await expect(writeMachineConfig(newer, { httpPort: 80 })).rejects.toMatchObject(refused);
  expect(readFileSync(join(home, "config.json"), "utf8")).toBe(text);
});
