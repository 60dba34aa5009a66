import { request } from "node:http";
import { createGateway } from "@cspace/gateway";
import { expect, onTestFinished, test } from "vitest";
import { hostname, listenHttp, mark, route } from "./harness.ts";

async function start(own: number, icon = true) {
  let asked = 0;
  const upstream = await listenHttp((incoming, response) => {
    asked += 1;
    if (incoming.url === "/favicon.ico" && own === 200) return void response.end("own");
    response.writeHead(own, { "content-type": "text/plain" }).end("service");
  });
  const gateway = createGateway({
    routes: [route(upstream)],
    limits: { drainTimeoutMs: 50 },
    ...(icon && { icon: ({ instance }) => `<svg>${instance}</svg>` }),
  });
  onTestFinished(() => gateway.close());
  const { httpPort } = await gateway.listen({ httpPort: 0 });
  const ask = (path: string, method = "GET") =>
    new Promise<readonly unknown[]>((resolve, reject) => {
      const sent = request({ port: httpPort, path, method, headers: { host: hostname } }, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (chunk) => {
          body += chunk;
        });
        const { "content-type": type, "x-cspace-route": found } = response.headers;
        response.on("end", () => resolve([response.statusCode, type, found, body]));
      });
      sent.on("error", reject).end();
    });
  return { ask, asked: () => asked };
}

test("an instance without an icon gets one, and whose it is stays told", async () => {
  const { ask, asked } = await start(404);
  expect(await ask("/favicon.ico")).toEqual([200, "image/svg+xml", mark, "<svg>mercury</svg>"]);
  expect(await ask("/favicon.ico?v=2")).toEqual([200, "image/svg+xml", mark, "<svg>mercury</svg>"]);
  expect(await ask("/favicon.ico", "HEAD")).toEqual([200, "image/svg+xml", mark, ""]);
  // The service was asked each time: it may have one by then.
  expect(asked()).toBe(3);
});

test.each([
  [200, "/favicon.ico", "GET", "own"],
  [403, "/favicon.ico", "GET", "service"],
  [404, "/favicon.ico", "POST", "service"],
  [404, "/other", "GET", "service"],
  [404, "/a/favicon.ico", "GET", "service"],
])("what a service answers itself stays: %i for %s by %s", async (status, path, method, body) => {
  const { ask } = await start(status);
  const [found, , route, text] = await ask(path, method);
  expect([found, route, text]).toEqual([status, mark, body]);
});

test("without icons a 404 is a 404", async () => {
  const { ask } = await start(404, false);
  expect(await ask("/favicon.ico")).toEqual([404, "text/plain", mark, "service"]);
});
