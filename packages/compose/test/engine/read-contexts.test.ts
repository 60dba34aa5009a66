import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readContexts, readEndpointSource } from "@cspace/compose";
import { afterEach, beforeEach, expect, test } from "vitest";

let homedir: string;
beforeEach(() => {
  homedir = mkdtempSync(join(tmpdir(), "cspace-contexts-"));
});
afterEach(() => rmSync(homedir, { recursive: true, force: true }));

const add = (name: string, text: string): void => {
  const folder = join(homedir, ".docker/contexts/meta", createHash("sha256").update(name).digest("hex"));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "meta.json"), text);
};
const context = (Name: string, Host: string): string => JSON.stringify({ Name, Endpoints: { docker: { Host } } });

test("every context whose engine is on this machine; what is damaged is left out", async () => {
  add("colima", context("colima", "unix:///home/ada/.colima/docker.sock"));
  add("far", context("far", "ssh://ada@far.example"));
  add("damaged", "{");
  expect(await readContexts({ homedir, env: {}, platform: "linux" })).toEqual([
    { name: "default", endpoint: "unix:///var/run/docker.sock" },
    { name: "colima", endpoint: "unix:///home/ada/.colima/docker.sock" },
  ]);
});

test("what chooses the engine", async () => {
  expect(await readEndpointSource({ homedir, env: {} })).toBe("default");
  mkdirSync(join(homedir, ".docker"));
  writeFileSync(join(homedir, ".docker/config.json"), '{ "currentContext": "colima" }');
  expect(await readEndpointSource({ homedir, env: {} })).toBe("the context colima");
  expect(await readEndpointSource({ homedir, env: { DOCKER_CONTEXT: "far" } })).toBe("the context far");
  expect(await readEndpointSource({ homedir, env: { DOCKER_HOST: "unix:///x" } })).toBe("DOCKER_HOST");
});
