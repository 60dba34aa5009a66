import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificateFolder, ensureAuthority } from "@cspace/certs";
import { type ComposeModel, type HomePaths, homePaths, type ServiceTrust } from "@cspace/compose";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readContainerTrust } from "../../src/https/read-container-trust.ts";
import type { Machine } from "../../src/machine/open-engine.ts";

const record = { project: "shop", instance: "mercury" };
const model: ComposeModel = {
  services: { web: { image: "node:24" }, worker: { image: "node:24" }, db: { image: "tiny" }, built: { build: {} } },
};
const roots = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const images: Readonly<Record<string, { Id: string; Config: { Env: string[] } }>> = {
  "node:24": { Id: "sha256:aa", Config: { Env: ["PATH=/bin", "SSL_CERT_FILE=/own.pem"] } },
  tiny: { Id: "sha256:bb", Config: { Env: [] } },
};

let home: string;
let paths: HomePaths;
let looked: (readonly string[])[];
let readFile: () => Promise<string | undefined>;
let notes: string[];
const read = (
  options: { dryRun?: boolean; proxyHome?: string } = {},
): Promise<Readonly<Record<string, ServiceTrust>>> => {
  const labels = { "cspace.proxy.hash": "0", "cspace.proxy.home": options.proxyHome ?? home };
  const proxy = {
    Name: "/cspace-proxy",
    Config: { Image: "traefik:v3", Labels: labels },
    State: { Status: "running" },
    HostConfig: { SecurityOpt: ["label=disable"] },
    NetworkSettings: { Networks: {} },
  };
  const engine = {
    listContainers: async () => [],
    inspectContainer: async (name: string) => (name === "cspace-proxy" ? proxy : undefined),
    inspectImage: async (name: string) => images[name] ?? Object.values(images).find(({ Id }) => Id === name),
    readImageFile: async (id: string, asked: readonly string[]) => {
      looked.push([id, asked[0] as string]);
      return id === "sha256:aa" ? await readFile() : undefined;
    },
  } as unknown as Machine["engine"];
  return readContainerTrust({ engine, paths }, { record, model, ...options, onNote: (note) => notes.push(note) });
};

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "cspace-home-"));
  paths = homePaths({ env: { CSPACE_HOME: home } });
  [looked, notes] = [[], []];
  readFile = async () => roots;
  await ensureAuthority(certificateFolder(paths.certs), { domains: ["cspace.test"] });
});
afterEach(() => rmSync(home, { recursive: true }));

test("each image is looked into once, its own file first; what is not there yet is left out", async () => {
  const trust = await read();
  expect(looked.toSorted()).toEqual([
    ["sha256:aa", "/own.pem"],
    ["sha256:bb", "/etc/ssl/certs/ca-certificates.crt"],
  ]);
  expect(trust).toEqual({
    web: { folder: expect.any(String), hasBundle: true, isConfined: true, variables: ["PATH", "SSL_CERT_FILE"] },
    worker: trust.web,
    db: { folder: join(paths.certs, "bundles/none"), hasBundle: false, isConfined: true, variables: [] },
  });
  expect(readFileSync(join(trust.web?.folder ?? "", "bundle.pem"), "utf8")).toContain(roots);
  expect(await read()).toEqual(trust);
  expect(looked).toHaveLength(2);
});

test("a folder that is gone is made again, and what is kept of an image that nobody can read is no hindrance", async () => {
  const trust = await read();
  rmSync(join(paths.certs, "bundles"), { recursive: true });
  expect(await read()).toEqual(trust);
  for (const name of readdirSync(join(paths.certs, "images"))) writeFileSync(join(paths.certs, "images", name), "[");
  expect(await read()).toEqual(trust);
});

test("an image that cannot be looked into keeps nothing from running: that is said, and others are", async () => {
  readFile = () => Promise.reject(new Error("authorization denied"));
  expect(Object.keys(await read())).toEqual(["db"]);
  expect(notes).toEqual(["containers of node:24 do not trust this machine's certificates: authorization denied"]);
});

test.each([
  ["in a dry run", { dryRun: true }],
  ["for a proxy of another home", { proxyHome: "/elsewhere" }],
])("%s nothing is looked into, and nothing written", async (_, options) => {
  expect(await read(options)).toEqual({});
  expect(looked).toEqual([]);
  expect(readdirSync(paths.certs)).not.toContain("bundles");
});

test("while there is no authority, nothing is trusted", async () => {
  rmSync(paths.certs, { recursive: true });
  expect(await read()).toEqual({});
});
