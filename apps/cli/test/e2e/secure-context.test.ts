import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Authority, certificateFolder, createAuthority, issueCertificate, readRoot } from "@cspace/certs";
import { createGateway } from "@cspace/gateway";
import { applyTrustPlan, planDistrust, planTrust, type RootCertificate, readTrust } from "@cspace/trust";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserPage, browsers, startChromium } from "./browsers.ts";
import { startCspace } from "./processes.ts";

const hasCertutil = spawnSync("certutil", ["-H"]).error === undefined;

const server = `
import { createServer } from "node:http";
const page = "<!doctype html><title>shop</title><h1>Hello</h1>";
const worker = 'self.addEventListener("fetch", (event) => { if (event.request.url.endsWith("/from-worker")) event.respondWith(new Response("worker")); });';
createServer((request, response) => {
  if (request.url === "/worker.js") return response.setHeader("content-type", "text/javascript").end(worker);
  response.setHeader("set-cookie", "__Host-session=1; Secure; Path=/; HttpOnly; SameSite=Lax");
  response.setHeader("content-type", "text/html").end(request.url === "/cookie" ? String(request.headers.cookie) : page);
}).listen(Number(process.env.PORT), process.env.HOST);
`;

let root: string;
let url: string;
let authority: RootCertificate;

const cspace = <Document>(...args: string[]): Promise<Document> => cspaceOf({}, ...args);
const cspaceOf = async <Document>(more: Record<string, string>, ...args: string[]): Promise<Document> => {
  const env = { CSPACE_HOME: join(root, "home"), DOCKER_HOST: "unix:///nowhere.sock", ...more };
  const run = startCspace([...args, "--json"], { cwd: join(root, "shop"), env });
  if ((await run.ended) !== 0) throw new Error(`cspace ${args.join(" ")}:\n${run.text.out}\n${run.text.err}`);
  return JSON.parse(run.text.out);
};

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cspace-e2e-"));
  mkdirSync(join(root, "shop"));
  writeFileSync(join(root, "shop/package.json"), '{ "scripts": { "dev": "node server.mjs" } }');
  writeFileSync(join(root, "shop/server.mjs"), server);
  await cspace("up", "mercury");
  const { proxy } = await cspace<{ proxy: { httpsPort: number } }>("proxy", "status");
  url = `https://dev.mercury.shop.cspace.localhost:${proxy.httpsPort}`;
  const found = await readRoot(certificateFolder(join(root, "home/certs")));
  authority = found as RootCertificate;
});
afterAll(async () => {
  await cspace("down", "--all");
  rmSync(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

for (const { name, isThere, codes, start } of browsers) {
  describe.skipIf(!isThere || !hasCertutil)(`${name} over HTTPS (needs ${name} and certutil)`, () => {
    const home = (): string => join(root, name);
    /** The user's own stores in a home folder of the test; the machine's are left alone. */
    const stores = async (): Promise<Awaited<ReturnType<typeof readTrust>>> =>
      await readTrust({ root: authority, home: home(), machine: join(root, "nothing"), platform: "linux" });
    const states = async (): Promise<string[]> =>
      (await stores()).flatMap(({ readers, state }) => (readers.includes(name) ? state : []));
    const visit = async <Result>(work: (page: BrowserPage) => Promise<Result>): Promise<Result> => {
      const page = await start(home());
      try {
        return await work(page);
      } finally {
        await page.close();
      }
    };

    beforeAll(async () => {
      mkdirSync(home());
      // Firefox makes its store with its profile.
      await visit((page) => page.open("about:blank"));
    });

    test("it warns before, and after the one command it does not", async () => {
      await visit((page) => expect(page.open(url)).rejects.toThrow(codes.unknown));
      expect(await states()).toEqual(["not-trusted"]);
      await applyTrustPlan(planTrust(await stores(), authority), { roots: [authority] });
      expect(await states()).toEqual(["trusted"]);
      await visit((page) => page.open(url));
    });

    test("it is a secure context, with a service worker, and a cookie for HTTPS alone", async () => {
      await visit(async (page) => {
        await page.open(url);
        expect(await page.evaluate("isSecureContext && navigator.clipboard !== undefined")).toBe(true);
        const worker = `navigator.serviceWorker.register("/worker.js").then(() => navigator.serviceWorker.ready).then(() => true)`;
        expect(await page.evaluate(worker)).toBe(true);
        await page.open(url);
        expect(await page.evaluate(`fetch("/from-worker").then((r) => r.text())`)).toBe("worker");
        await page.open(`${url}/cookie`);
        expect(await page.evaluate("document.body.textContent")).toBe("__Host-session=1");
      });
    });

    /** What somebody could do who has its key. */
    const stealAuthority = (): Authority => {
      const text = readFileSync(join(root, "home/certs/authority.pem"), "utf8");
      const [certificate = "", bridge = "", anchor = "", key = ""] = text.split(/(?=-----BEGIN )/);
      const domains = ["localhost", "cspace.localhost", "example.localhost"];
      const span = { notBefore: new Date(0), notAfter: new Date("2036-01-01"), fingerprint: "" };
      return { certificate, bridge, anchor, key, domains, ...span };
    };

    test("what the same key signs outside of the domains, what has ended, and another root's it refuses", async () => {
      const stolen = stealAuthority();
      const names = ["dev.mercury.shop.cspace.localhost"];
      const year = 365 * 86_400_000;
      const other = await createAuthority({ domains: ["cspace.localhost"] });
      const bad = {
        [codes.unknown]: await issueCertificate(other, { hostnames: names }),
        [codes.ended]: await issueCertificate(stolen, { hostnames: names, now: new Date(Date.now() - year) }),
        [codes.constrained]: await issueCertificate(stolen, { hostnames: ["a.b.example.localhost"] }),
      };
      for (const [code, shown] of Object.entries(bad)) {
        const gateway = createGateway({ certificates: [shown] });
        const { httpsPort } = await gateway.listen({ httpPort: 0, httpsPort: 0 });
        await visit((page) => expect(page.open(`https://${shown.hostnames[0]}:${httpsPort}`)).rejects.toThrow(code));
        await gateway.close();
      }
    });

    if (name === "Chromium")
      test("a passkey is made", async () => {
        const { context, page } = await startChromium(home());
        try {
          const response = await page.goto(url);
          expect(await response?.securityDetails()).toMatchObject({
            issuer: expect.stringMatching(/^cspace local issuer/),
          });
          const session = await context.newCDPSession(page);
          await session.send("WebAuthn.enable");
          const options = {
            protocol: "ctap2",
            transport: "internal",
            hasResidentKey: true,
            hasUserVerification: true,
          } as const;
          await session.send("WebAuthn.addVirtualAuthenticator", {
            options: { ...options, isUserVerified: true, automaticPresenceSimulation: true },
          });
          const passkey = `navigator.credentials.create({ publicKey: {
          challenge: new Uint8Array(32), rp: { name: "shop" }, user: { id: new Uint8Array(8), name: "ada", displayName: "Ada" },
          pubKeyCredParams: [{ type: "public-key", alg: -7 }], authenticatorSelection: { residentKey: "required" },
        } }).then(({ type }) => type)`;
          expect(await page.evaluate(passkey)).toBe("public-key");
        } finally {
          await context.close();
        }
      });

    test("once it is taken back, it warns again", async () => {
      await applyTrustPlan(planDistrust(await stores()), { roots: [authority] });
      await visit((page) => expect(page.open(url)).rejects.toThrow(codes.unknown));
    });

    test("what another tool's server told it of a name it keeps, and doctor names it", async () => {
      // Who trusts HTTPS misses nothing. For *.localhost neither browser keeps what it is told.
      await applyTrustPlan(planDistrust(await stores()), { roots: [authority] });
      const hostname = "dev.mercury.shop.cspace.test";
      const other = await createAuthority({ domains: ["cspace.test"] });
      const known = {
        name: "another tool",
        certificate: other.anchor,
        path: join(root, "other.pem"),
        fingerprint: other.fingerprint,
      };
      writeFileSync(known.path, known.certificate);
      const { key, certificate } = await issueCertificate(other, { hostnames: [hostname] });
      const server = createServer({ key, cert: certificate }, (_, answer) => {
        answer.writeHead(200, { "strict-transport-security": "max-age=31536000; includeSubDomains" }).end("strict");
      });
      server.listen(0);
      await once(server, "listening");
      const trusting = await readTrust({
        root: known,
        home: home(),
        machine: join(root, "nothing"),
        platform: "linux",
      });
      await applyTrustPlan(planTrust(trusting, known), { roots: [known] });
      const page = await start(home(), [hostname]);
      await page.open(`https://${hostname}:${(server.address() as AddressInfo).port}/`);
      await page.close();
      server.close();
      // Where doctor looks for it: a test's profile of Chromium is elsewhere.
      const [profile] = readdirSync(home()).filter((entry) =>
        existsSync(join(home(), entry, "Default/TransportSecurity")),
      );
      if (profile !== undefined) cpSync(join(home(), profile), join(home(), ".config/chromium"), { recursive: true });
      writeFileSync(join(root, "home/config.json"), '{ "domains": ["cspace.localhost", "cspace.test"] }');
      const { checks } = await cspaceOf<{ checks: { id: string; message: string }[] }>({ HOME: home() }, "doctor");
      console.log(
        name,
        profile,
        checks.filter(({ id }) => id.startsWith("browser")),
      );
      rmSync(join(root, "home/config.json"));
    });
  });
}
