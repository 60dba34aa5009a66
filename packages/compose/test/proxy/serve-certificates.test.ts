import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { homePaths, serveCertificates } from "@cspace/compose";
import { expect, test } from "vitest";
import { fakeEngine } from "../fake-engine.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

test("Traefik is shown the certificates of the folder, and told where something changed", async () => {
  const paths = homePaths({ env: { CSPACE_HOME: await temporaryDirectory() } });
  const served = join(paths.certs, "served");
  await mkdir(served, { recursive: true });
  await mkdir(join(paths.proxy, "dynamic"), { recursive: true });
  const engine = fakeEngine();
  const told = engine.calls;
  const options = { served, fallback: "none.pem", changed: false };
  const shown = async (): Promise<unknown> =>
    JSON.parse(await readFile(join(paths.proxy, "dynamic/certificates.yml"), "utf8"));

  expect(await serveCertificates(engine, paths, options)).toBe(false);
  await writeFile(join(served, "none.pem"), "");
  await writeFile(join(served, "shop--mercury.pem"), "");
  await writeFile(join(served, "note.txt"), "");
  expect(await serveCertificates(engine, paths, options)).toBe(true);
  const pair = (name: string) => ({ certFile: `/etc/traefik/certs/${name}`, keyFile: `/etc/traefik/certs/${name}` });
  expect(await shown()).toEqual({
    tls: { certificates: [pair("shop--mercury.pem")], stores: { default: { defaultCertificate: pair("none.pem") } } },
  });
  expect(told).toEqual(["signal cspace-proxy SIGHUP"]);
  expect(await serveCertificates(engine, paths, options)).toBe(false);
  expect(told).toHaveLength(1);
  // The file has the same name, and another certificate in it.
  expect(await serveCertificates(engine, paths, { ...options, changed: true })).toBe(true);
  expect(told).toHaveLength(2);
  await serveCertificates(engine, paths, { ...options, without: "shop--mercury.pem" });
  expect(await shown()).toMatchObject({ tls: { certificates: [] } });
  expect(told).toHaveLength(3);
});
