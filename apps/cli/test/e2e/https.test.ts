import { execFileSync, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { certificateFolder, type Root, readRoot } from "@cspace/certs";
import { applyTrustPlan, planTrust, readTrust } from "@cspace/trust";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browsers } from "./browsers.ts";
import { clients } from "./clients.ts";
import { createSandbox, docker, engineAnswers, get, httpService, prefix, removeLeftovers, until } from "./harness.ts";
import { dev, type UpDocument, useHostMachine } from "./host-machine.ts";
import { startCspace } from "./processes.ts";
import { getHttp2, getSecure, namesShown } from "./secure.ts";

interface ProxyDocument {
  readonly proxy: { readonly httpPort: number; readonly httpsPort: number };
}

const hasCertutil = spawnSync("certutil", ["-H"]).error === undefined;
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe.skipIf(!engineAnswers)("HTTPS by Traefik (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  const project = `${prefix}https`;
  const certs = join(sandbox.home, "certs");
  let folder: string;
  let ports: ProxyDocument["proxy"];
  const ask = (host: string): Parameters<typeof getSecure>[0] => ({
    port: ports.httpsPort,
    host,
    ca: readFileSync(join(certs, "root.pem"), "utf8"),
  });
  const hostOf = (instance: string, label = "web"): string => `${label}.${instance}.${project}.cspace.local`;

  beforeAll(async () => {
    removeLeftovers();
    folder = sandbox.project(project, {
      "compose.yaml": `services:\n${httpService("web", [3000], '    ports: ["3000"]')}`,
    });
    for (const instance of ["mercury", "venus"]) await sandbox.json(folder, "up", instance, "--new");
    ports = (await sandbox.json<ProxyDocument>(folder, "proxy", "status")).proxy;
  });
  afterAll(sandbox.clean);

  test("every instance is served over HTTP/2 and HTTP/1.1 with a certificate of its own, and over HTTP as before", async () => {
    for (const instance of ["mercury", "venus"]) {
      const served = { status: 200, body: `web-3000-${instance}`, route: `web--${instance}--${project}` };
      expect(await getSecure(ask(hostOf(instance)))).toEqual(served);
      expect(await getHttp2(ask(hostOf(instance)))).toEqual(served);
      expect(await get(ports.httpPort, hostOf(instance))).toEqual(served);
      const names = ["cspace.local", "cspace.localhost"].map((domain) => `DNS:*.${instance}.${project}.${domain}`);
      expect(await namesShown(ask(hostOf(instance)))).toBe(names.join(", "));
    }
  });

  test("curl takes it, and who asks for an unknown host is shown a certificate for no name, and 404", async () => {
    const curl = (host: string, ...more: string[]): string =>
      execFileSync(
        "curl",
        [
          ...["-sS", "-o", "/dev/null", "-w", "%{http_version} %{http_code}", "--resolve"],
          `${host}:${ports.httpsPort}:127.0.0.1`,
          ...["--cacert", join(certs, "root.pem"), ...more, `https://${host}:${ports.httpsPort}/`],
        ],
        { encoding: "utf8", stdio: "pipe" },
      );
    expect(curl(hostOf("mercury"))).toBe("2 200");
    const unknown = hostOf("earth");
    expect(() => curl(unknown)).toThrow(/does not match|no alternative/);
    expect(await namesShown(ask(unknown))).toBe("");
    expect(curl(unknown, "--insecure")).toBe("2 404");
  });

  for (const { name, isThere, ask: askBy } of clients) {
    test.skipIf(!isThere)(`${name} takes it, and no certificate for another name (needs ${name})`, () => {
      const question = { folder: sandbox.root, ca: join(certs, "root.pem"), port: ports.httpsPort };
      const { answered, text } = askBy({ ...question, host: hostOf("mercury") });
      expect([answered, text]).toEqual([true, expect.stringContaining("web-3000-mercury")]);
      expect(askBy({ ...question, host: hostOf("earth") }).answered).toBe(false);
    });
  }

  for (const { name, isThere, start } of browsers) {
    test.skipIf(!isThere || !hasCertutil)(`${name} takes it (needs ${name} and certutil)`, async () => {
      const home = join(sandbox.root, name);
      mkdirSync(home);
      await (await start(home)).close();
      const root = (await readRoot(certificateFolder(certs))) as Root;
      const stores = await readTrust({ root, home, machine: join(sandbox.root, "nothing"), platform: "linux" });
      await applyTrustPlan(planTrust(stores, root), { roots: [root] });
      const page = await start(home);
      await page.open(`https://web.mercury.${project}.cspace.localhost:${ports.httpsPort}/`);
      expect(await page.evaluate("document.body.textContent.trim() + ' ' + isSecureContext")).toBe(
        "web-3000-mercury true",
      );
      await page.close();
    });
  }

  test("a service knows that it was asked over HTTPS, and another container reaches it under the same URL", async () => {
    const root = readFileSync(join(certs, "root.pem"), "utf8");
    const script = `require("fs").writeFileSync("/root.pem", ${JSON.stringify(root)})`;
    const own = `${project}--mercury_default`;
    const code = `${script}; fetch("https://${hostOf("mercury")}:${ports.httpsPort}/").then(async (r) => console.log(r.status, (await r.text()).trim()))`;
    const run = ["run", "--rm", "--network", own, "-e", "NODE_EXTRA_CA_CERTS=/root.pem", "node:24", "sh", "-c"];
    expect(
      docker(...run, `node -e '${script.replaceAll("'", "'\\''")}' && node -e '${code.replaceAll("'", "'\\''")}'`),
    ).toBe("200 web-3000-mercury");
  });

  test("keys are their user's alone, and no command prints them", async () => {
    const files = ["authority.pem", `served/${project}--mercury.pem`, "served/none.pem"].map((name) =>
      join(certs, name),
    );
    expect(files.map(mode)).toEqual(["600", "600", "600"]);
    expect([certs, join(certs, "served")].map(mode)).toEqual(["700", "700"]);
    // The root's key is in no container, and a certificate's only where the proxy reads it.
    const mounts = docker("ps", "-aq")
      .split("\n")
      .map((id) => docker("inspect", "-f", "{{json .Mounts}}", id));
    const sources = mounts.flatMap((text) => (JSON.parse(text) as { Source: string }[]).map(({ Source }) => Source));
    const given = [...new Set(sources.filter((source) => source.startsWith(certs)))].sort();
    expect(given).toEqual([expect.stringContaining(join(certs, "bundles/")), join(certs, "served")]);
    const shared = readdirSync(given[0] as string).map((name) => readFileSync(join(given[0] as string, name), "utf8"));
    expect(shared.join("")).not.toContain("PRIVATE KEY");
    for (const args of [["list", "--json"], ["env"], ["proxy", "status", "--json"]]) {
      const run = await sandbox.cspace(folder, ...args, ...(args[0] === "env" ? ["--instance", "mercury"] : []));
      expect(`${run.out}${run.err}`).not.toContain("PRIVATE KEY");
    }
  });

  test("up again writes nothing; a certificate that is gone comes back, and Traefik shows it", async () => {
    const file = join(certs, "served", `${project}--mercury.pem`);
    const before = readFileSync(file, "utf8");
    await sandbox.json(folder, "up", "mercury");
    expect(readFileSync(file, "utf8")).toBe(before);
    execFileSync("rm", [file]);
    await sandbox.json(folder, "up", "mercury");
    expect(readFileSync(file, "utf8")).not.toBe(before);
    await until(5000, async () => (await getSecure(ask(hostOf("mercury")))).status === 200);
  });

  test("an authority that may not be used is said, and all goes on over HTTP", async () => {
    const file = join(certs, "served", `${project}--mercury.pem`);
    execFileSync("rm", [file]);
    chmodSync(join(certs, "authority.pem"), 0o644);
    const run = await sandbox.cspace(folder, "up", "mercury");
    expect(run.code).toBe(0);
    expect(run.err).toContain("HTTPS does not serve mercury, HTTP does:");
    expect(run.err).toContain(`chmod 600 ${join(certs, "authority.pem")}`);
    expect((await get(ports.httpPort, hostOf("mercury"))).status).toBe(200);
    chmodSync(join(certs, "authority.pem"), 0o600);
    await sandbox.json(folder, "up", "mercury");
    await until(5000, async () => (await getSecure(ask(hostOf("mercury")))).status === 200);
  });

  test("what is started from another home goes over HTTP, which is said once, and comes down", async () => {
    const other = { CSPACE_HOME: join(sandbox.root, "other-home") };
    const up = await sandbox.cspaceWith(other, folder, "up", "earth", "--new");
    expect(up).toMatchObject({ code: 0 });
    expect(up.err).toContain("HTTPS does not serve earth, HTTP does: the proxy was started from another home");
    expect((await get(ports.httpPort, hostOf("earth"))).status).toBe(200);
    expect(await namesShown(ask(hostOf("earth")))).toBe("");
    const down = await sandbox.cspaceWith(other, folder, "down", "earth");
    expect(down).toMatchObject({ code: 0 });
    expect(down.err).not.toContain("the proxy was not told");
    expect((await getSecure(ask(hostOf("mercury")))).status).toBe(200);
  });

  test("down takes an instance's certificate along, and no other", async () => {
    await sandbox.json(folder, "down", "venus");
    expect(existsSync(join(certs, "served", `${project}--venus.pem`))).toBe(false);
    await until(5000, async () => (await namesShown(ask(hostOf("venus")))) === "");
    expect((await getSecure(ask(hostOf("mercury")))).status).toBe(200);
  });
});

describe("HTTPS by the gateway", () => {
  const machine = useHostMachine();

  test("a process is served over HTTP/2 and HTTP/1.1, each instance with a certificate of its own", async () => {
    const folder = machine.project("shop", dev);
    for (const instance of ["mercury", "venus"]) await machine.json<UpDocument>(folder, "up", instance, "--new");
    const { proxy } = await machine.json<ProxyDocument>(folder, "proxy", "status");
    const certs = join(machine.root, "home/certs");
    const ca = readFileSync(join(certs, "root.pem"), "utf8");
    for (const instance of ["mercury", "venus"]) {
      const host = `dev.${instance}.shop.cspace.localhost`;
      const question = { port: proxy.httpsPort, host, ca };
      expect((await getSecure(question)).body).toMatch(`dev ${instance} ${host}`);
      expect(await getHttp2(question)).toMatchObject({ status: 200, route: `dev--${instance}--shop` });
      expect(await namesShown(question)).toContain(`DNS:*.${instance}.shop.cspace.localhost`);
    }
    const unknown = { port: proxy.httpsPort, host: "dev.earth.shop.cspace.local", ca };
    expect(await namesShown(unknown)).toBe("");
    await expect(getSecure(unknown)).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    expect(mode(join(certs, "authority.pem"))).toBe("600");
    await machine.json(folder, "down", "venus");
    expect(existsSync(join(certs, "served/shop--venus.pem"))).toBe(false);
    expect(existsSync(join(certs, "served/shop--mercury.pem"))).toBe(true);
  });

  test("every program takes it, and no certificate for another name", async () => {
    const folder = machine.project("shop", dev);
    await machine.json<UpDocument>(folder, "up", "mercury", "--new");
    const { proxy } = await machine.json<ProxyDocument>(folder, "proxy", "status");
    const ca = join(machine.root, "home/certs/root.pem");
    const question = { folder: machine.root, ca, port: proxy.httpsPort };
    const there = clients.filter(({ isThere }) => isThere);
    expect(there.length).toBeGreaterThan(2);
    for (const { name, ask } of there) {
      const { answered, text } = ask({ ...question, host: "dev.mercury.shop.cspace.localhost" });
      expect([name, answered, text]).toEqual([name, true, expect.stringContaining("dev mercury")]);
      expect([name, ask({ ...question, host: "dev.earth.shop.cspace.localhost" }).answered]).toEqual([name, false]);
    }
  });

  test("a process on Node trusts it, and finds HTTPS in its environment once it is made where the browser does", async () => {
    const user = join(machine.root, "user");
    const certs = join(machine.root, "home/certs");
    const folder = machine.project("shop", {
      ".cspace.json": JSON.stringify({
        processes: { dev: { command: "node server.mjs" } },
        routes: { dev: { process: "dev", env: ["PUBLIC_URL"] } },
      }),
      "server.mjs": `import { createServer } from "node:http";
import { get } from "node:https";
createServer((request, response) => {
  if (request.url === "/") return response.end("asked over " + request.headers["x-forwarded-proto"]);
  const { protocol, hostname: servername, port, host } = new URL(process.env.PUBLIC_URL);
  if (protocol === "http:") return response.end(protocol);
  const at = { host: "127.0.0.1", port: port || 443, servername, headers: { host }, agent: false };
  get(at, (answer) => answer.pipe(response)).once("error", (error) => response.end(error.code));
}).listen(Number(process.env.PORT), process.env.HOST);`,
    });
    const up = async (...args: string[]): Promise<void> => {
      const env = { CSPACE_HOME: join(machine.root, "home"), DOCKER_HOST: "unix:///nowhere.sock", HOME: user };
      const run = startCspace(["up", "mercury", ...args], { cwd: folder, env });
      expect(await run.ended).toBe(0);
    };
    const ask = async (): Promise<string> => {
      const { proxy } = await machine.json<ProxyDocument>(folder, "proxy", "status");
      return (await get(proxy.httpPort, "dev.mercury.shop.cspace.localhost", "/own")).body;
    };
    await up("--new");
    expect(await ask()).toBe("http:");
    const { raw } = new X509Certificate(readFileSync(join(certs, "root.pem")));
    mkdirSync(join(user, ".pki/nssdb"), { recursive: true });
    writeFileSync(join(user, ".pki/nssdb/cert9.db"), raw);
    const before = await machine.readDaemon();
    await up();
    expect((await machine.readDaemon())?.instances).toEqual(before?.instances);
    expect(await ask()).toBe("http:");
    await up("--recreate");
    expect(await ask()).toBe("asked over https");
    rmSync(join(user, ".pki"), { recursive: true });
    await up();
    expect(await ask()).toBe("asked over https");
  });

  test("an authority that is foreign is said, and all goes on over HTTP", async () => {
    const folder = machine.project("shop", dev);
    await machine.json<UpDocument>(folder, "up", "mercury", "--new");
    const authority = join(machine.root, "home/certs/authority.pem");
    writeFileSync(authority, "mine", { mode: 0o600 });
    const run = machine.start(folder, "up", "venus", "--new");
    expect(await run.ended).toBe(0);
    expect(readFileSync(authority, "utf8")).toBe("mine");
    expect(run.text.err).toContain(`${authority} is no authority of cspace's`);
  });
});
