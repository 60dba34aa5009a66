import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:http2";
import { createGateway, type GatewayRoute } from "@cspace/gateway";
import { expect, onTestFinished, test } from "vitest";
import { hostname, listenHttp, mark, route } from "./harness.ts";

const reserved = "/.well-known/cspace";

/** A gateway with an internal service for {@link reserved} and for one host, before a service of its own. */
async function start(more: Partial<GatewayRoute> = {}) {
  const asked: { readonly url: string | undefined; readonly headers: IncomingHttpHeaders }[] = [];
  const port = await listenHttp(({ url, headers }, response) => {
    asked.push({ url, headers });
    response.end("inside");
  });
  const upstream = await listenHttp((_, response) => void response.end("service"));
  const internal = {
    port,
    claims: (one: { hostname: string; path: string }) =>
      one.hostname === "cspace.cspace.local" || one.path === reserved,
  };
  const routes = [{ ...route(upstream), ...more }];
  const gateway = createGateway({ routes, internal, limits: { drainTimeoutMs: 50 } });
  onTestFinished(() => gateway.close());
  const { httpPort } = await gateway.listen({ httpPort: 0 });
  return { port: httpPort, asked, gateway };
}

interface Asked {
  readonly host?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

function ask(port: number, { host = hostname, path = "/", headers = {} }: Asked) {
  return new Promise<{ readonly body: string; readonly headers: IncomingHttpHeaders }>((resolve, reject) => {
    const sent = request({ port, path, agent: false, headers: { host, ...headers } }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ body, headers: response.headers }));
    });
    sent.on("error", reject).end();
  });
}

test("what the internal service claims never reaches a route, and carries no route's mark", async () => {
  const { port, asked } = await start();
  const answer = await ask(port, { path: `${reserved}?x=1` });
  expect([answer.body, answer.headers["x-cspace-route"]]).toEqual(["inside", undefined]);
  expect(asked[0]?.url).toBe(`${reserved}?x=1`);
  expect((await ask(port, { host: "CSPACE.cspace.local.:80", path: "/any" })).body).toBe("inside");
  expect((await ask(port, { host: "nobody.at.all.cspace.local", path: reserved })).body).toBe("inside");
  const own = await ask(port, {});
  expect([own.body, own.headers["x-cspace-route"]]).toEqual(["service", mark]);
});

test.each([`${reserved}/`, `${reserved}/x`, "/.well-known/CSPACE", "/%2Ewell-known/cspace", `/${reserved}`])(
  "%s is the service's: a path is claimed as it is written, or not at all",
  async (path) => {
    const { port } = await start();
    expect((await ask(port, { path })).body).toBe("service");
  },
);

test("a route that is exempt gets everything, and no other one does", async () => {
  const { port } = await start({ exempt: true });
  expect((await ask(port, { path: reserved })).body).toBe("service");
  expect((await ask(port, { host: "other.mercury.p.cspace.local", path: reserved })).body).toBe("inside");
});

test("who sleeps is not woken, who is sent on to HTTPS is not sent, and nobody's use is counted", async () => {
  let wakes = 0;
  const wake = (): void => {
    wakes += 1;
  };
  const { port, gateway } = await start({ wake, redirectTo: 443 });
  expect((await ask(port, { path: reserved })).body).toBe("inside");
  expect([wakes, gateway.traffic.size]).toEqual([0, 0]);
});

test("it is told who asked: the gateway's word, and no client's", async () => {
  const { port, asked } = await start();
  await ask(port, { path: reserved, headers: { "x-forwarded-for": "10.0.0.1", forwarded: "for=10.0.0.1" } });
  const { "x-forwarded-for": client, forwarded } = asked[0]?.headers ?? {};
  expect([client, forwarded]).toEqual(["127.0.0.1", `for=127.0.0.1;host="${hostname}";proto=http`]);
});

test("HTTP/2 without encryption is answered too, though the internal service speaks HTTP/1.1", async () => {
  const { port } = await start();
  const session = connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  const stream = session.request({ ":path": reserved, ":authority": hostname });
  let body = "";
  for await (const chunk of stream.setEncoding("utf8")) body += chunk;
  expect(body).toBe("inside");
});

test("its connections outlast a change of the routes", async () => {
  const { port, gateway, asked } = await start();
  await ask(port, { path: reserved });
  gateway.setRoutes([]);
  expect((await ask(port, { path: reserved })).body).toBe("inside");
  expect(asked).toHaveLength(2);
});
