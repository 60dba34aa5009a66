import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { createAnswer, type Identity } from "@cspace/instances";
import { expect, onTestFinished, test } from "vitest";

const identity: Identity = {
  ...{
    project: "shop",
    instance: "mercury",
    label: "dev",
    directory: "/shop",
    branch: null,
    commit: null,
    dirty: null,
  },
  ...{ startedAt: null, image: null, command: null },
};
const path = "/.well-known/cspace";
const host = "dev.mercury.shop.cspace.local";

async function start(isContainer = async (_: string) => false) {
  const answer = createAnswer({
    ...{ domains: ["cspace.local", "cspace.localhost"], env: {}, platform: "linux", engines: () => [], isContainer },
    identify: async ({ hostname }) => (hostname === host ? identity : undefined),
  });
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return (headers: Record<string, string>, method = "GET", asked = path) =>
    new Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]>; body: string }>(
      (resolve, reject) => {
        const sent = request({ port, path: asked, method, headers: { host, ...headers } }, (response) => {
          let body = "";
          response.setEncoding("utf8").on("data", (chunk) => {
            body += chunk;
          });
          response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
        });
        sent.on("error", reject).end();
      },
    );
}

test("a hostname tells who serves it, in whatever case it is asked, and keeps it from pages of others", async () => {
  const ask = await start();
  const { status, body, headers } = await ask({ host: "DEV.mercury.shop.cspace.local.:8080" });
  expect([status, JSON.parse(body)]).toEqual([200, identity]);
  expect(headers).toMatchObject({
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  });
  expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  expect((await ask({}, "HEAD")).body).toBe("");
});

test.each<[what: string, status: number, headers: Record<string, string>, method?: string]>([
  ["another site's page", 403, { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }],
  [
    "another site's link",
    403,
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
  ],
  ["another instance's page", 403, { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" }],
  ["a name that is pointed here", 421, { host: "rebound.example.com" }],
  ["an address", 421, { host: "127.0.0.1:80" }],
  ["a preflight", 405, { origin: "https://example.com" }, "OPTIONS"],
  ["a write", 405, {}, "POST"],
  ["nobody's name", 404, { host: "other.mercury.shop.cspace.local" }],
])("%s is refused", async (_, status, headers, method) => {
  const ask = await start();
  const answer = await ask(headers, method);
  expect(answer.status).toBe(status);
  expect(answer.body).not.toContain("/shop");
});

test("who asks from a container is told nothing, by the word of the proxy before", async () => {
  const seen: string[] = [];
  const ask = await start(async (address) => {
    seen.push(address);
    return address.startsWith("10.");
  });
  expect((await ask({ "x-forwarded-for": "10.210.0.5, 10.0.0.2" })).status).toBe(403);
  expect((await ask({ "x-forwarded-for": "192.168.65.1" })).status).toBe(200);
  expect((await ask({})).status).toBe(200);
  expect(seen).toEqual(["10.210.0.5", "192.168.65.1", "127.0.0.1"]);
});
