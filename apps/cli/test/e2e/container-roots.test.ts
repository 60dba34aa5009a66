import { X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, docker, engineAnswers, prefix, removeLeftovers } from "./harness.ts";

interface UpDocument {
  readonly steps: readonly { readonly name: string; readonly status: string }[];
}

/** Asking whether it is served changes nothing. */
const isChange = ({ name, status }: UpDocument["steps"][number]): boolean => status === "done" && name !== "verify";

const server = `require("http").createServer((q, s) => s.end("from " + process.env.CSPACE_INSTANCE + " over " + q.headers["x-forwarded-proto"])).listen(3000)`;
const clients = "cspace-test/clients:1";
const sleeper = `    command: ["sleep", "6000"]
    init: true
    stop_grace_period: 0s
`;

describe.skipIf(!engineAnswers)("containers that trust the machine's certificates (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  const project = `${prefix}container-trust`;
  const certs = join(sandbox.home, "certs");
  const home = join(sandbox.root, "user");
  let folder: string;
  let url: string;
  const up = async (...args: string[]): Promise<UpDocument> => {
    const run = await sandbox.cspaceWith({ HOME: home }, folder, "up", "--json", ...args);
    if (run.code !== 0) throw new Error(`${run.out}${run.err}`);
    return JSON.parse(run.out);
  };
  const inside = (service: string, ...command: string[]): string =>
    docker("exec", `${project}--mercury-${service}-1`, ...command);
  const variables = (service: string, instance = "mercury"): Record<string, string> =>
    Object.fromEntries(
      (
        JSON.parse(
          docker("inspect", "-f", "{{json .Config.Env}}", `${project}--${instance}-${service}-1`),
        ) as readonly string[]
      ).map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
  const started = (service: string): string => docker("inspect", "-f", "{{.Id}}", `${project}--mercury-${service}-1`);
  const setTrusted = (isTrusted: boolean): void => {
    // What is read of the browser's store is whether the certificate is in it.
    const database = join(home, ".pki/nssdb/cert9.db");
    const { raw } = new X509Certificate(readFileSync(join(certs, "root.pem")));
    if (isTrusted) writeFileSync(database, Buffer.concat([Buffer.from("head"), raw, Buffer.from("tail")]));
    else rmSync(database, { force: true });
  };

  beforeAll(async () => {
    removeLeftovers();
    mkdirSync(join(home, ".pki/nssdb"), { recursive: true });
    folder = sandbox.project(project, {
      "compose.yaml": `services:
  api:
    image: ${clients}
    init: true
    stop_grace_period: 0s
    command: ["node", "-e", ${JSON.stringify(server.replaceAll("$", "$$"))}]
    ports: ["3000"]
  plain:
    image: ${clients}
${sleeper}
  locked:
    image: ${clients}
    user: "1234:1234"
    read_only: true
${sleeper}
  own:
    image: ${clients}
    environment: { SSL_CERT_FILE: /mine.pem, NODE_EXTRA_CA_CERTS: "" }
${sleeper}
  mounted:
    image: ${clients}
    volumes: ["./roots:/etc/ssl/certs:ro"]
${sleeper}
  bare:
    build: { context: ., dockerfile: bare.Dockerfile }
${sleeper}
  moved:
    build: { context: ., dockerfile: moved.Dockerfile }
${sleeper}`,
      "bare.Dockerfile": `FROM ${clients}\nRUN rm -r /etc/ssl\n`,
      "moved.Dockerfile": `FROM ${clients}
RUN mkdir /opt && head -c 20000 /etc/ssl/certs/ca-certificates.crt > /opt/roots.pem && ln -s roots.pem /opt/link.pem
ENV SSL_CERT_FILE=/opt/link.pem DENO_CERT=/opt/deno.pem
`,
    });
    mkdirSync(join(folder, "roots"));
    const first = await up();
    expect(first.steps.find(({ name }) => name === "create")).toMatchObject({ status: "done" });
    const { proxy } = await sandbox.json<{ readonly proxy: { readonly httpsPort: number } }>(folder, "proxy", "status");
    url = `https://api.mercury.${project}.cspace.local${proxy.httpsPort === 443 ? "" : `:${proxy.httpsPort}`}`;
  }, 120_000);
  afterAll(sandbox.clean);

  const answer = "from mercury over https";
  const asks: readonly (readonly [string, readonly string[], string])[] = [
    ["Node", ["node", "-e", `fetch(process.argv[1]).then(async (r) => console.log(await r.text()))`], answer],
    [
      "Python",
      ["python3", "-c", "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())"],
      answer,
    ],
    ["curl", ["curl", "-sS"], answer],
  ];

  test.each(asks)("%s in a container gets an answer under the browser's URL", (_, command, expected) => {
    for (const service of ["plain", "locked", "api"]) expect(inside(service, ...command, url)).toBe(expected);
  });

  test("git in a container takes it as well", () => {
    expect(inside("plain", "git", "ls-remote", url)).toBe("");
    expect(() => inside("mounted", "git", "ls-remote", url)).toThrow(/certificate/);
  });

  test("they are given the root and the image's own roots, and nothing else", () => {
    expect(inside("plain", "ls", "/etc/cspace/certs").split("\n")).toEqual(["bundle.pem", "others.pem", "root.pem"]);
    const own = inside("plain", "cat", "/etc/ssl/certs/ca-certificates.crt");
    const bundle = inside("plain", "cat", "/etc/cspace/certs/bundle.pem");
    expect(bundle).toBe(`${own}\n${readFileSync(join(certs, "root.pem"), "utf8").trim()}`);
    expect(inside("plain", "sh", "-c", "cat /etc/cspace/certs/*")).not.toContain("PRIVATE KEY");
    expect(() => inside("plain", "touch", "/etc/cspace/certs/x")).toThrow(/Read-only/);
  });

  test("an image without roots gets ours beside those that Node brings, and no file of roots", () => {
    expect(variables("bare")).toMatchObject({ NODE_EXTRA_CA_CERTS: "/etc/cspace/certs/root.pem" });
    expect(variables("bare")).not.toHaveProperty("SSL_CERT_FILE");
    expect(inside("bare", "ls", "/etc/cspace/certs")).toBe("root.pem");
    expect(inside("bare", "node", "-e", `fetch(${JSON.stringify(url)}).then((r) => console.log(r.status))`)).toBe(
      "200",
    );
  });

  test("what a service or its image says of roots itself stays", () => {
    expect(variables("own")).toMatchObject({ SSL_CERT_FILE: "/mine.pem", NODE_EXTRA_CA_CERTS: "" });
    expect(variables("own")).toHaveProperty("REQUESTS_CA_BUNDLE");
    expect(variables("mounted")).toHaveProperty("NODE_EXTRA_CA_CERTS");
    expect(variables("mounted")).not.toHaveProperty("SSL_CERT_FILE");
    expect(variables("moved")).toMatchObject({
      SSL_CERT_FILE: "/etc/cspace/certs/bundle.pem",
      DENO_CERT: "/opt/deno.pem",
    });
    expect(inside("moved", "cat", "/etc/cspace/certs/others.pem")).toBe(inside("moved", "cat", "/opt/roots.pem"));
  });

  test("nothing is left of looking into images, and nothing is done again", async () => {
    expect(docker("ps", "-aq", "--filter", "label=cspace.reads")).toBe("");
    const again = await up();
    expect(again.steps.filter(isChange)).toEqual([]);
  });

  test("a new authority is in the containers that run, which stay", async () => {
    const before = started("plain");
    const old = readFileSync(join(certs, "root.pem"), "utf8");
    for (const path of ["authority.pem", `served/${project}--mercury.pem`]) rmSync(join(certs, path));
    await up();
    expect(readFileSync(join(certs, "root.pem"), "utf8")).not.toBe(old);
    expect(started("plain")).toBe(before);
    expect(inside("plain", "cat", "/etc/cspace/certs/root.pem")).toBe(
      readFileSync(join(certs, "root.pem"), "utf8").trim(),
    );
    expect(inside("plain", "curl", "-sS", "--retry", "3", "--retry-all-errors", url)).toBe(answer);
  });

  test("the URLs of the environment are HTTPS for what is made while the browser trusts it, until it is made anew", async () => {
    const [, rest] = url.split("://api.mercury.");
    const plain = /^http:\/\/api\.mercury\./;
    expect(variables("plain").CSPACE_SERVICE_API_URL).toMatch(plain);
    setTrusted(true);
    await up();
    expect(variables("plain").CSPACE_SERVICE_API_URL).toMatch(plain);
    await up("venus", "--new");
    expect(variables("plain", "venus").CSPACE_SERVICE_API_URL).toBe(`https://api.venus.${rest}`);
    setTrusted(false);
    const told = await sandbox.cspaceWith({ HOME: home }, folder, "up", "venus", "--json");
    expect(JSON.parse(told.out).steps.filter(isChange)).toEqual([]);
    expect(told.err).toContain("the URLs of its environment are HTTPS, which no browser trusts here any more");
    setTrusted(true);
    await up("mercury", "--recreate");
    expect(variables("plain").CSPACE_SERVICE_API_URL).toBe(url);
    setTrusted(false);
    await up("mercury", "--recreate");
    expect(variables("plain").CSPACE_SERVICE_API_URL).toMatch(plain);
  }, 60_000);

  test("one switch leaves all containers as they are", async () => {
    setTrusted(true);
    writeFileSync(join(folder, ".cspace.json"), '{ "trust": false }');
    await up("mercury", "--recreate");
    for (const service of ["plain", "bare"]) {
      expect(Object.keys(variables(service)).filter((name) => /CERT|CA_BUNDLE|CAINFO/.test(name))).toEqual([]);
      expect(() => inside(service, "ls", "/etc/cspace")).toThrow(/No such file/);
    }
    expect(variables("plain").CSPACE_SERVICE_API_URL).toMatch(/^http:/);
    rmSync(join(folder, ".cspace.json"));
  });

  test("a folder of roots that somebody removed is made again", async () => {
    await up("mercury", "--recreate");
    rmSync(join(certs, "bundles"), { recursive: true });
    await up("mercury", "--recreate");
    expect(inside("plain", "curl", "-sS", url)).toBe(answer);
  });
});
