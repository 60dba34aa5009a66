import { expect, test } from "vitest";
import {
  ask,
  eventually,
  get,
  head,
  hostname,
  listenCanned,
  listenCounted,
  listenHttp,
  listenRaw,
  mark,
  onHeads,
  openRaw,
  route,
  startGateway,
} from "./harness.ts";

/** A service that answers with the head that it got. */
function listenEcho(): Promise<number> {
  return listenRaw((socket) =>
    onHeads(socket, (text) => {
      const body = `${text}\r\n`;
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body, "latin1")}\r\n\r\n${body}`, "latin1");
    }),
  );
}

test("a request goes through and its response comes back with the route's mark", async () => {
  const { port } = await startGateway([route(await listenHttp((_, response) => response.end("hello")))]);
  const text = await ask(port, get("/"));
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(text).toContain(`X-Cspace-Route: ${mark}\r\n`);
  expect(text.endsWith("\r\n\r\nhello")).toBe(true);
});

test.each([
  "dev.mercury.p.cspace.local",
  "dev.mercury.p.cspace.localhost",
  "DEV.Mercury.p.CSPACE.local",
  "dev.mercury.p.cspace.local.",
  "dev.mercury.p.cspace.local:8088",
])("the host %s is served", async (host) => {
  const { port } = await startGateway([route(await listenHttp((_, response) => response.end("hello")))]);
  expect(await ask(port, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).toContain("200 OK");
});

test("connections are kept on both sides", async () => {
  const sockets = new Set<unknown>();
  const upstream = await listenHttp((incoming, response) => {
    sockets.add(incoming.socket);
    response.end("x");
  });
  const { gateway, port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  for (let count = 1; count <= 20; count += 1) {
    client.send(head("GET / HTTP/1.1"));
    await client.until((text) => text.match(/\r\n\r\nx/g)?.length === count);
  }
  expect(gateway.clients).toBe(1);
  expect(sockets.size).toBe(1);
});

test("a request streams before it is complete, and so does its response", async () => {
  const upstream = await listenHttp((incoming, response) => incoming.pipe(response));
  const { port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  client.send(head("POST / HTTP/1.1", "Transfer-Encoding: chunked"));
  client.send("4\r\nping\r\n");
  await client.until(/4\r\nping\r\n/);
  client.send("4\r\npong\r\n");
  await client.until(/4\r\npong\r\n/);
  client.send("0\r\n\r\n");
  await client.until(/0\r\n\r\n$/);
});

test("server-sent events arrive one by one, and the service hears when the client leaves", async () => {
  let left = false;
  let say: (text: string) => void = () => {};
  const upstream = await listenHttp((_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.flushHeaders();
    say = (text) => void response.write(`data: ${text}\n\n`);
    response.on("close", () => {
      left = true;
    });
  });
  const { port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  client.send(head("GET / HTTP/1.1", "Accept: text/event-stream"));
  await client.until(/text\/event-stream/);
  say("one");
  await client.until(/data: one/);
  say("two");
  await client.until(/data: two/);
  client.socket.destroy();
  await eventually(() => left);
});

test("trailers pass both ways, those that a trailer may not be do not", async () => {
  let trailers: unknown;
  const upstream = await listenHttp((incoming, response) => {
    incoming.resume().on("end", () => {
      trailers = incoming.trailers;
      response.writeHead(200, { Trailer: "X-Sum", "Transfer-Encoding": "chunked" });
      response.write("body");
      response.addTrailers({ "X-Sum": "42", "Content-Length": "9" });
      response.end();
    });
  });
  const { port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  client.send(head("POST / HTTP/1.1", "Transfer-Encoding: chunked", "TE: trailers"));
  client.send("1\r\nx\r\n0\r\nX-Check: 1\r\nX-Forwarded-For: 6.6.6.6\r\nHost: evil\r\n\r\n");
  expect(await client.until(/0\r\n(.*\r\n)*\r\n$/)).toMatch(/\r\n0\r\nX-Sum: 42\r\n\r\n$/);
  expect(trailers).toEqual({ "x-check": "1" });
});

test("a refusal before the body reaches a client that waits to be asked for it", async () => {
  const upstream = await listenCanned("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno");
  const { port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  client.send(head("POST / HTTP/1.1", "Content-Length: 5", "Expect: 100-continue"));
  expect(await client.closed()).toMatch(/^HTTP\/1\.1 417 .*no$/s);
});

test("an expectation of HTTP/1.0 is none", async () => {
  const { port } = await startGateway([route(await listenEcho())]);
  expect(await ask(port, head("GET / HTTP/1.0", "Expect: foo"))).not.toMatch(/expect/i);
});

test("a name with underscores says nothing that is written anew", async () => {
  const { port } = await startGateway([route(await listenEcho())]);
  const lies = ["Content_Length: 9", "Transfer_Encoding: chunked", "X_Real_IP: 6.6.6.6", "Keep_Alive: 1"];
  const text = await ask(port, get("/", ...lies, "X_Forwarded_For: 6.6.6.6", "My_Own: stays"));
  expect(text).not.toMatch(/content_length|transfer_encoding|x_real_ip|keep_alive|x_forwarded/i);
  expect(text).toContain("My_Own: stays");
});

test("early hints reach HTTP/1.1 clients and no older ones", async () => {
  const hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
  const upstream = await listenCanned(`${hints}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`);
  const { port } = await startGateway([route(upstream)]);
  expect(await ask(port, get("/"))).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>\r\n.*HTTP\/1\.1 200 OK/s);
  expect(await ask(port, head("GET / HTTP/1.0"))).toMatch(/^HTTP\/1\.1 200 OK/);
});

test.each(["Content-Length: 5", "Transfer-Encoding: chunked"])("HEAD has no body after %s", async (field) => {
  const upstream = await listenCanned(`HTTP/1.1 200 OK\r\n${field}\r\n\r\n`);
  const { port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  client.send(head("HEAD /1 HTTP/1.1") + head("HEAD /2 HTTP/1.1", "Connection: close"));
  const text = await client.closed();
  expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  expect(text.match(new RegExp(field, "g"))).toHaveLength(2);
});

test.each([204, 304])("status %i has no body", async (status) => {
  const upstream = await listenCanned(`HTTP/1.1 ${status} X\r\nETag: "a"\r\n\r\n`);
  const { port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  client.send(head("GET /1 HTTP/1.1") + get("/2"));
  expect((await client.closed()).match(/ETag: "a"/g)).toHaveLength(2);
});

test("an absolute-form request is served by its own host, and goes on in origin-form", async () => {
  const { port } = await startGateway([route(await listenEcho())]);
  const sent = `GET http://${hostname}:81/a?b=c HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n`;
  const text = await ask(port, sent);
  expect(text).toContain(`GET /a?b=c HTTP/1.1\r\nHost: ${hostname}:81\r\n`);
  expect(text).not.toContain("other.example");
  expect(await ask(port, `GET http://${hostname} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toContain(
    "GET / HTTP",
  );
  expect(await ask(port, `OPTIONS * HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`)).toContain(
    "OPTIONS * ",
  );
});

test("who asked is told to the service, and nobody else can tell it so", async () => {
  const { port } = await startGateway([route(await listenEcho())]);
  const lies = ["X-Forwarded-For: 6.6.6.6", "x-forwarded-proto: https", "X_Forwarded_Host: evil", "X-Real-IP: 6.6.6.6"];
  const text = await ask(port, get("/", ...lies, "Forwarded: for=6.6.6.6", "X-Forwarded-User: root"));
  expect(text).not.toMatch(/6\.6\.6\.6|evil|https|root/);
  expect(text).toContain("X-Forwarded-For: 127.0.0.1\r\n");
  expect(text).toContain(`X-Forwarded-Host: ${hostname}\r\n`);
  expect(text).toContain(`X-Forwarded-Port: ${port}\r\n`);
  expect(text).toContain("X-Forwarded-Proto: http\r\n");
  expect(text).toContain(`Forwarded: for=127.0.0.1;host="${hostname}";proto=http\r\n`);
  expect(text).toMatch(/Via: 1\.1 cspace-[0-9a-f]+\r\n/);
});

test("hop-by-hop headers pass neither way", async () => {
  const upstream = await listenRaw((socket) =>
    onHeads(socket, (text) => {
      const answer = "Connection: X-Own\r\nX-Own: 1\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\nX-Kept: 1";
      socket.write(`HTTP/1.1 200 OK\r\n${answer}\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
    }),
  );
  const { port } = await startGateway([route(upstream)]);
  const fields = [
    "Connection: close, X-Debug, Host, Content-Length",
    "X-Debug: 1",
    "Keep-Alive: 5",
    "Proxy-Connection: x",
  ];
  const text = await ask(port, head("GET / HTTP/1.1", ...fields, "TE: gzip", "X-Stays: 1"));
  expect(text).not.toMatch(/x-debug|x-own|keep-alive|proxy-|\bTE:|gzip/i);
  expect(text).toContain("X-Stays: 1");
  expect(text).toContain("X-Kept: 1");
  expect(text.match(new RegExp(`Host: ${hostname}`, "g"))).toHaveLength(2);
});

test("HTTP/1.0 clients get no chunks and the end of the connection", async () => {
  const chunks = await listenCanned(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n",
  );
  const { port } = await startGateway([route(chunks)]);
  const text = await ask(port, head("GET / HTTP/1.0"));
  expect(text).not.toMatch(/chunked/i);
  expect(text).toMatch(/Connection: close\r\n.*\r\n\r\nabcde$/s);
});

test("a response that ends with its connection comes in chunks, and the client's connection stays", async () => {
  const upstream = await listenCanned("HTTP/1.0 200 OK\r\n\r\nhello", true);
  const { port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  client.send(head("GET / HTTP/1.1"));
  expect(await client.until(/0\r\n\r\n$/)).toMatch(/Transfer-Encoding: chunked\r\n.*\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/s);
  client.send(get("/"));
  expect((await client.closed()).match(/hello/g)).toHaveLength(2);
});

test("a service's connection on which a request is not complete is not used again", async () => {
  const { port: upstream, connections } = await listenCounted("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
  const { port } = await startGateway([route(upstream)]);
  expect(await ask(port, `${head("POST / HTTP/1.1", "Content-Length: 9")}abc`)).toMatch(/^HTTP\/1\.1 413 /);
  expect(await ask(port, get("/"))).toMatch(/^HTTP\/1\.1 413 /);
  expect(connections()).toBe(2);
});

test("a client that closes its half after the request still gets the answer", async () => {
  const upstream = await listenHttp((_, response) => setTimeout(() => response.end("late"), 100));
  const { port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  client.send(head("GET / HTTP/1.1"));
  client.socket.end();
  expect(await client.closed()).toContain("late");
});

test("a client that closes its half gets an answer that is late, and all of one that flows", async () => {
  const upstream = await listenHttp(({ url }, response) => {
    if (url === "/late") return void setTimeout(() => response.end("late"), 2_800);
    let count = 0;
    const flow = setInterval(() => {
      count += 1;
      response.write(`<${count}>`);
      if (count < 14) return;
      clearInterval(flow);
      response.end("all");
    }, 250);
  });
  const { port } = await startGateway([route(upstream)]);
  const answers = ["/late", "/flowing"].map(async (path) => {
    const client = await openRaw(port);
    client.send(head(`GET ${path} HTTP/1.1`));
    client.socket.end();
    return client.closed();
  });
  const [late, flowing] = await Promise.all(answers);
  expect(late).toMatch(/late$/);
  expect(flowing).toMatch(/<14>.*all\r\n0\r\n\r\n$/s);
});

test.each(["Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "\r\nabc"])(
  "a response without an end of its own that breaks off is no success for a client of HTTP/1.0: %j",
  async (rest) => {
    const upstream = await listenRaw((socket) =>
      onHeads(socket, () => {
        socket.write(`HTTP/1.1 200 OK\r\n${rest}`);
        setTimeout(() => socket.resetAndDestroy(), 50);
      }),
    );
    const { port } = await startGateway([route(upstream)]);
    const client = await openRaw(port);
    const failure = new Promise((resolve) =>
      client.socket.once("error", resolve).once("end", () => resolve("success")),
    );
    client.send(head("GET / HTTP/1.0"));
    await client.until(/abc$/);
    expect(await failure).toMatchObject({ code: "ECONNRESET" });
  },
);

test("a client that sends several requests and closes its half gets all the answers", async () => {
  const upstream = await listenHttp(({ url }, response) => setTimeout(() => response.end(`<${url}>`), 50));
  const { gateway, port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  client.send(`${head("GET /1 HTTP/1.1")}${head("GET /2 HTTP/1.1")}GET /half HT`);
  client.socket.end();
  expect((await client.closed()).match(/<.*?>/g)).toEqual(["</1>", "</2>"]);
  await eventually(() => gateway.clients === 0);
});
