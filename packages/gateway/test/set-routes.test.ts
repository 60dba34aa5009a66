import { request } from "node:http";
import { createGateway, type GatewayRoute } from "@cspace/gateway";
import { expect, onTestFinished, test } from "vitest";
import {
  ask,
  eventually,
  get,
  head,
  hostname,
  listenHttp,
  listenRaw,
  onHeads,
  openRaw,
  route,
  startGateway,
} from "./harness.ts";

const named = (name: string): Promise<number> => listenHttp((_, response) => response.end(name));

test("routes come, move and go while the gateway runs", async () => {
  const { gateway, port } = await startGateway([]);
  expect(await ask(port, get("/"))).toMatch(/ 404 /);
  gateway.setRoutes([route(await named("<one>"))]);
  expect(await ask(port, get("/"))).toContain("<one>");
  gateway.setRoutes([route(await named("<two>"))]);
  expect(await ask(port, get("/"))).toContain("<two>");
  gateway.setRoutes([]);
  expect(await ask(port, get("/"))).toMatch(/ 404 /);
});

test("a request under way ends as it began, and the next on its connection goes by the new table", async () => {
  const slow = await listenHttp((_, response) => {
    response.write("old");
    setTimeout(() => response.end("-done"), 150);
  });
  const { gateway, port } = await startGateway([route(slow)]);
  const client = await openRaw(port);
  client.send(head("GET / HTTP/1.1"));
  await client.until(/old/);
  gateway.setRoutes([route(await named("new"))]);
  await client.until(/-done/);
  client.send(get("/"));
  expect(await client.closed()).toMatch(/new$/);
});

test("what is kept for a route goes with it", async () => {
  let open = 0;
  const upstream = await listenRaw((socket) => {
    open += 1;
    socket.on("close", () => {
      open -= 1;
    });
    onHeads(socket, () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nKeep-Alive: timeout=600\r\n\r\n"));
  });
  const { gateway, port } = await startGateway([route(upstream)]);
  await ask(port, get("/"));
  expect(open).toBe(1);
  gateway.setRoutes([route(1)]);
  await eventually(() => open === 0);
});

test("a route that goes during a request takes its connection with it, as soon as that is done", async () => {
  let open = 0;
  let answer: (() => void) | undefined;
  const upstream = await listenRaw((socket) => {
    open += 1;
    socket.on("close", () => {
      open -= 1;
    });
    onHeads(socket, () => {
      answer = () => void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: timeout=600\r\n\r\nok");
    });
  });
  const { gateway, port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  client.send(head("GET / HTTP/1.1"));
  await eventually(() => answer !== undefined);
  gateway.setRoutes([]);
  answer?.();
  await client.until(/ok$/);
  await eventually(() => open === 0, 1_000);
});

test("routes answer under the domains that are given, and under no other", async () => {
  const gateway = createGateway({ routes: [route(await named("ours"))], domains: ["a.test", "b.a.test"] });
  onTestFinished(() => gateway.close());
  const { httpPort } = await gateway.listen({ httpPort: 0 });
  const status = async (host: string): Promise<string | undefined> => {
    const text = await ask(httpPort, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    return text.split(" ")[1];
  };
  const suffixes = ["a.test", "b.a.test", "cspace.local", "test"];
  expect(await Promise.all(suffixes.map((suffix) => status(`dev.mercury.p.${suffix}`)))).toEqual([
    "200",
    "200",
    "404",
    "404",
  ]);
});

test("a table with a mistake changes nothing", async () => {
  const { gateway, port } = await startGateway([route(await named("kept"))]);
  const mistakes = [
    [[route(1), route(2)], "CSPACE_ROUTE_DUPLICATE"],
    [[route(0)], "CSPACE_PORT_INVALID"],
    [[route(1.5)], "CSPACE_PORT_INVALID"],
    [[route(70_000)], "CSPACE_PORT_INVALID"],
    [[route(1, { label: "Not a slug" })], "CSPACE_NAME_INVALID"],
  ] as const;
  for (const [routes, code] of mistakes) {
    expect(() => gateway.setRoutes(routes)).toThrow(expect.objectContaining({ code }));
    expect(() => createGateway({ routes })).toThrow(expect.objectContaining({ code }));
  }
  expect(() => createGateway({ domains: ["nodots"] })).toThrow(
    expect.objectContaining({ code: "CSPACE_DOMAIN_INVALID" }),
  );
  expect(await ask(port, get("/"))).toContain("kept");
});

test("while far more than a hundred routes change each second, no request is lost or led astray", async () => {
  const instances = Array.from({ length: 24 }, (_, at) => `i${at}`);
  const echo = (instance: string): Promise<number> =>
    listenHttp((incoming, response) => {
      response.write(`<${instance}:`);
      incoming.on("data", (part) => response.write(part)).on("end", () => response.end(">"));
    });
  const upstreams = new Map<string, readonly number[]>();
  for (const instance of instances) upstreams.set(instance, await Promise.all([echo(instance), echo(instance)]));
  /** The routes of a turn: half of them move to their other port with each, and twelve come or go. */
  const table = (turn: number): GatewayRoute[] => [
    ...instances.map((instance, at) => {
      const moves = Math.floor((turn + (at % 2)) / 2);
      return route(upstreams.get(instance)?.[moves % 2] ?? 0, { instance });
    }),
    ...Array.from({ length: turn % 2 === 0 ? 12 : 0 }, (_, at) => route(1, { label: `extra${at}`, instance: "mars" })),
  ];
  const keys = (routes: readonly GatewayRoute[]): Set<string> =>
    new Set(routes.map(({ label, instance, upstream }) => `${label}.${instance}:${upstream}`));
  const { gateway, port } = await startGateway(table(0));
  const begin = Date.now();
  let [turn, changed] = [0, 0];
  const changes = setInterval(() => {
    const before = keys(table(turn));
    turn += 1;
    const after = keys(table(turn));
    changed += [...after].filter((key) => !before.has(key)).length;
    gateway.setRoutes(table(turn));
  }, 10);
  const end = begin + 4_000;
  const wrong: string[] = [];
  let answered = 0;
  const worker = async (at: number): Promise<void> => {
    const client = await openRaw(port);
    for (let count = 0; Date.now() < end; count += 1) {
      const instance = instances[(at + count) % instances.length] ?? "";
      const body = "x".repeat(count % 7 === 0 ? 100_000 : count % 50);
      const start = (method: string): string => `${method} / HTTP/1.1\r\nHost: dev.${instance}.p.cspace.local\r\n`;
      const forms = [
        { sent: `${start("GET")}\r\n`, body: "" },
        { sent: `${start("POST")}Content-Length: ${body.length}\r\n\r\n${body}`, body },
        {
          sent: `${start("POST")}Transfer-Encoding: chunked\r\n\r\n${(body.length + 1).toString(16)}\r\n-${body}\r\n0\r\n\r\n`,
          body: `-${body}`,
        },
      ];
      const form = forms[count % forms.length] ?? { sent: "", body: "" };
      const before = client.text().length;
      client.send(form.sent);
      const answer = (await client.until((all) => all.endsWith("\r\n0\r\n\r\n") && all.length > before)).slice(before);
      const content = answer
        .slice(answer.indexOf("\r\n\r\n") + 4)
        .replaceAll(/(?:^|\r\n)[0-9a-f]+\r\n/g, "")
        .trim();
      const isWell = answer.startsWith("HTTP/1.1 200 OK") && answer.includes(`dev--${instance}--p`);
      if (!isWell || content !== `<${instance}:${form.body}>`) wrong.push(answer.slice(0, 500));
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: 12 }, (_, at) => worker(at)));
  clearInterval(changes);
  const seconds = (Date.now() - begin) / 1_000;
  expect(wrong).toEqual([]);
  expect(changed / seconds).toBeGreaterThan(100);
  expect(turn / seconds).toBeGreaterThan(20);
  expect(answered).toBeGreaterThan(500);
});

test("closing lets a request end, tells its connection to end, and takes no other", async () => {
  const slow = await listenHttp((_, response) => setTimeout(() => response.end("in time"), 200));
  const { gateway, port } = await startGateway([route(slow)], { drainTimeoutMs: 5_000 });
  const client = await openRaw(port);
  const idle = await openRaw(port);
  client.send(head("GET / HTTP/1.1"));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const closing = gateway.close();
  expect(await idle.closed()).toBe("");
  const text = await client.closed();
  expect(text).toMatch(/Connection: close\r\n.*in time$/s);
  client.socket.end();
  await closing;
  expect(gateway.clients).toBe(0);
  await expect(
    new Promise((resolve, reject) =>
      request({ port, headers: { host: hostname } }, resolve)
        .on("error", reject)
        .end(),
    ),
  ).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("closing ends a stream that does not end by itself", async () => {
  const upstream = await listenHttp((_, response) => void response.write("forever"));
  const { gateway, port } = await startGateway([route(upstream)], { drainTimeoutMs: 100 });
  const client = await openRaw(port);
  client.send(head("GET / HTTP/1.1"));
  await client.until(/forever/);
  await gateway.close();
  await client.closed();
  expect(gateway.clients).toBe(0);
});
