import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  defaultMachineConfig,
  type HomePaths,
  homePaths,
  planMachineConfig,
  readMachineConfig,
  writeMachineConfig,
} from "@cspace/compose";
import { readFileState } from "@cspace/plan";
import { describe, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary-directory.ts";

async function homeWith(text?: string): Promise<HomePaths> {
  const paths = homePaths({ env: { CSPACE_HOME: join(await temporaryDirectory(), "home") } });
  if (text === undefined) return paths;
  await mkdir(paths.home);
  await writeFile(paths.config, text);
  return paths;
}

describe("reading", () => {
  test("no file means the defaults", async () => {
    expect(await readMachineConfig(await homeWith())).toEqual(defaultMachineConfig);
  });

  test("what is written stands, and the rest is default", async () => {
    const paths = await homeWith(
      '{"domains":["dev.test","DEV.test"],"httpPort":8088,"networkPool":"10.99.7.1/20","idle":"30m","later":1}',
    );
    expect(await readMachineConfig(paths)).toEqual({
      domains: ["dev.test"],
      httpPort: 8088,
      httpsPort: null,
      dnsPort: null,
      networkPool: "10.99.0.0/20",
      idle: "30m",
    });
  });

  test("a pipe is an error, and is not waited for", async () => {
    const paths = await homeWith();
    await mkdir(paths.home);
    execFileSync("mkfifo", [paths.config]);
    await expect(readMachineConfig(paths)).rejects.toMatchObject({ code: "CSPACE_CONFIG_INVALID" });
  });

  test.each(['{"httpPort":80', "", "[]", "null", '"x"'])("%s is an error and never the defaults", async (text) => {
    const paths = await homeWith(text);
    await expect(readMachineConfig(paths)).rejects.toMatchObject({
      code: "CSPACE_CONFIG_INVALID",
      message: expect.stringContaining(paths.config),
    });
  });

  test("every mistake is named at once", async () => {
    const paths = await homeWith('{"domains":["local"],"httpPort":0,"dnsPort":"53","networkPool":"10.0.0.0/30"}');
    const error = await readMachineConfig(paths).catch((caught: Error) => caught.message);
    for (const key of ["domains", "httpPort", "dnsPort", "networkPool"]) expect(error).toContain(`${key}: `);
  });

  test.each(["[]", '"cspace.local"', "{}"])("domains may not be %s", async (domains) => {
    await expect(readMachineConfig(await homeWith(`{"domains":${domains}}`))).rejects.toThrow(
      "domains: must be a list",
    );
  });
});

describe("writing", () => {
  test("changes what it is given, keeps every other field, and makes the home for its user alone", async () => {
    const paths = await homeWith('{"later":{"a":[1]},"httpPort":8088,"domains":["dev.test"]}');
    const config = await writeMachineConfig(paths, { dnsPort: 5300 });
    expect(config).toMatchObject({ domains: ["dev.test"], httpPort: 8088, dnsPort: 5300 });
    expect(JSON.parse(await readFile(paths.config, "utf8"))).toEqual({
      later: { a: [1] },
      httpPort: 8088,
      domains: ["dev.test"],
      dnsPort: 5300,
    });
  });

  test("forgets a port that is set to null", async () => {
    const paths = await homeWith('{"httpPort":8088,"dnsPort":5300}');
    expect(await writeMachineConfig(paths, { httpPort: null })).toMatchObject({ httpPort: null, dnsPort: 5300 });
    expect(JSON.parse(await readFile(paths.config, "utf8"))).toEqual({ dnsPort: 5300 });
  });

  test("domains, as a step that can be shown before it is made", async () => {
    const paths = await homeWith('{"httpPort":8088}');
    const step = planMachineConfig(await readFileState(paths.config), { domains: ["dev.test", "cspace.localhost"] });
    expect(step).toMatchObject({ kind: "file", path: paths.config, before: '{"httpPort":8088}', mode: 0o600 });
    const config = await writeMachineConfig(paths, { domains: ["dev.test", "cspace.localhost"] });
    expect(config.domains).toEqual(["dev.test", "cspace.localhost"]);
    expect(await readFile(paths.config, "utf8")).toBe(step?.after);
    expect(planMachineConfig(await readFileState(paths.config), { domains: config.domains })).toBeUndefined();
  });

  test("makes a file where there is none", async () => {
    const paths = await homeWith();
    expect(await writeMachineConfig(paths, { httpPort: 8880 })).toMatchObject({ httpPort: 8880 });
  });

  test("never writes over a file that is not valid", async () => {
    const paths = await homeWith('{"httpPort": 80');
    await expect(writeMachineConfig(paths, { dnsPort: 53 })).rejects.toMatchObject({ code: "CSPACE_CONFIG_INVALID" });
    expect(await readFile(paths.config, "utf8")).toBe('{"httpPort": 80');
  });
});

test("the home is CSPACE_HOME, else a folder of the user's", () => {
  expect(homePaths({ env: {}, homedir: "/home/ada" })).toEqual({
    home: "/home/ada/.cspace",
    config: "/home/ada/.cspace/config.json",
    proxy: "/home/ada/.cspace/proxy",
    certs: "/home/ada/.cspace/certs",
    instances: "/home/ada/.cspace/instances",
    run: "/home/ada/.cspace/run",
    agents: "/home/ada/.cspace/agents",
  });
  expect(homePaths({ env: { CSPACE_HOME: "/data/cspace" }, homedir: "/home/ada" }).run).toBe("/data/cspace/run");
  expect(homePaths({ env: { CSPACE_HOME: "" }, homedir: "/home/ada" }).home).toBe("/home/ada/.cspace");
});
