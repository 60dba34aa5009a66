import { Agent, request } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { engines, secureEngines } from "./engines.ts";
import {
  ask,
  eventually,
  get,
  head,
  hostname,
  listenCanned,
  listenCounted,
  listenForgetful,
  listenHttp,
  listenRaw,
  mark,
  onHeads,
  openRaw,
} from "./harness.ts";

// How requests and responses go through the gateway and through Traefik.

describe.each([...engines, ...secureEngines])("$title", ({ name, there, start }) => {
  const it = there ? test : test.skip;

  it("a service cannot forge a mark, of its own or another route", async () => {
    const upstream = await listenCanned(
      "HTTP/1.1 200 OK\r\nX-Cspace-Route: other--venus--p\r\nContent-Length: 0\r\n\r\n",
    );
    const port = await start(upstream);
    expect((await ask(port, get("/"))).match(/x-cspace-route: .*/gi)).toEqual([`X-Cspace-Route: ${mark}`]);
  });

  it("a path and a query arrive as they were asked for", async () => {
    const upstream = await listenHttp(({ url }, response) => response.end(`<${url}>`));
    const port = await start(upstream);
    const targets = [
      "/a//b",
      "/fetch/https://example.com/x",
      "/a/./b/../c",
      "//x/y",
      "/..",
      "/a%2Fb",
      "/?a=1&a=2&q=%zz",
      "/?",
    ];
    for (const target of targets) expect(await ask(port, get(target))).toContain(`<${target}>`);
  });

  it("requests that are sent ahead are answered in their order", async () => {
    const upstream = await listenHttp(({ url }, response) => {
      setTimeout(() => response.end(`<${url}>`), url === "/1" ? 50 : 0);
    });
    const port = await start(upstream);
    const client = await openRaw(port);
    client.send(["/1", "/2", "/3"].map((path) => head(`GET ${path} HTTP/1.1`)).join("") + get("/4"));
    expect((await client.closed()).match(/<.*?>/g)).toEqual(["</1>", "</2>", "</3>", "</4>"]);
  });

  it("a body that is sent in chunks or with its length arrives as it was, and the next request after it too", async () => {
    const upstream = await listenHttp((incoming, response) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      incoming.on("end", () => response.end(`<${incoming.headers["transfer-encoding"] ?? "length"}:${text}>`));
    });
    const port = await start(upstream);
    const client = await openRaw(port);
    const chunks = "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n";
    client.send(head("POST / HTTP/1.1", "Transfer-Encoding: chunked") + chunks);
    client.send(`${head("POST / HTTP/1.1", "Content-Length: 3")}abc${get("/")}`);
    expect((await client.closed()).match(/<.*?>/g)).toEqual(["<chunked:hello world>", "<length:abc>", "<length:>"]);
  });

  it("a response is held back when the client does not read, and a request when the service does not", async () => {
    let sent = 0;
    let read = 0;
    const chunk = Buffer.alloc(65_536, "x");
    const fill = (write: (chunk: Buffer) => boolean, count: (size: number) => void): void => {
      while (write(chunk)) count(chunk.length);
      count(chunk.length);
    };
    const upstream = await listenRaw((socket: Socket) =>
      onHeads(socket, (text) => {
        if (text.startsWith("POST")) {
          socket.removeAllListeners("data").pause();
          setTimeout(() => socket.resume(), 600);
          socket.on("data", (part: Buffer) => {
            read += part.length;
          });
          return;
        }
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
        const more = (): void =>
          fill(
            (part) => socket.write(part),
            (size) => {
              sent += size;
            },
          );
        socket.on("drain", more);
        more();
      }),
    );
    const port = await start(upstream);
    const reader = await openRaw(port);
    reader.send(head("GET / HTTP/1.1"));
    reader.socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = sent;
    await new Promise((resolve) => setTimeout(resolve, 300));
    // The buffers of the system hold some megabytes; nothing moves once they are full.
    expect(sent).toBe(before);
    expect(sent).toBeLessThan(40_000_000);
    reader.socket.destroy();

    let written = 0;
    const writer = await openRaw(port);
    writer.send(head("POST / HTTP/1.1", "Content-Length: 1000000000"));
    const more = (): void =>
      fill(
        (part) => writer.socket.write(part),
        (size) => {
          written += size;
        },
      );
    writer.socket.on("drain", more);
    more();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(read).toBe(0);
    expect(written).toBeLessThan(40_000_000);
    await eventually(() => read > 50_000_000);
  });

  it("a service is asked for 100 Continue, and only its word lets the body come", async () => {
    const upstream = await listenRaw((socket) =>
      onHeads(socket, (text) => {
        if (!/^expect: 100-continue$/im.test(text)) return;
        setTimeout(() => socket.write("HTTP/1.1 100 Continue\r\n\r\n"), 50);
        socket.once("data", (body) => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`));
      }),
    );
    const port = await start(upstream);
    const client = await openRaw(port);
    client.send(head("POST / HTTP/1.1", "Content-Length: 5", "Expect: 100-continue"));
    expect(await client.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 100 Continue\r\n/);
    client.send("hello");
    expect(await client.until(/hello$/)).toContain("HTTP/1.1 200 OK");
  });

  it("a response that breaks off breaks off for the client, too", async () => {
    const upstream = await listenCanned("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", true);
    const port = await start(upstream);
    const broken = new Promise((resolve, reject) => {
      const sent = request({ port, headers: { host: hostname }, agent: new Agent() }, (response) => {
        response
          .resume()
          .on("error", resolve)
          .on("end", () => reject(new Error("it ended well")));
      });
      sent.on("error", resolve).end();
    });
    expect(await broken).toMatchObject({ code: "ECONNRESET" });
  });

  it("bytes behind a response are given to nobody, and its connection is not used again", async () => {
    const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    const { port: upstream, connections } = await listenCounted(
      `${ok}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`,
    );
    const port = await start(upstream);
    const client = await openRaw(port);
    client.send(head("GET /1 HTTP/1.1"));
    await client.until(/ok$/);
    // Traefik sees such bytes a moment later: a request that comes before gets them.
    if (name === "Traefik") await new Promise((resolve) => setTimeout(resolve, 200));
    client.send(get("/2"));
    expect(await client.closed()).not.toContain("evil");
    expect(connections()).toBe(2);
  });

  it("an expectation other than 100-continue is a 417 without the service", async () => {
    const { port: upstream, connections } = await listenCounted("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    const port = await start(upstream);
    const text = await ask(port, get("/", "Expect: foo"));
    expect(text).toMatch(/^HTTP\/1\.1 417 Expectation Failed\r\n/);
    expect(await ask(port, `${head("POST / HTTP/1.1", "Expect: foo", "Content-Length: 1")}x`)).toMatch(
      /^HTTP\/1\.1 417 /,
    );
    expect(connections()).toBe(0);
    expect(await ask(port, get("/", "Expect: 100-Continue"))).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each(["Content-Length: 2\r\nContent-Length: 2", "Content-Length: 9\r\nTransfer-Encoding: chunked"])(
    "reads a response as clients do, and passes it on in one reading: %j",
    async (fields) => {
      const body = fields.endsWith("chunked") ? "2\r\nok\r\n0\r\n\r\n" : "ok";
      const port = await start(await listenCanned(`HTTP/1.1 200 OK\r\n${fields}\r\n\r\n${body}`));
      const text = await ask(port, get("/"));
      expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(text).toContain("ok");
      expect(text.match(/^(content-length|transfer-encoding):/gim)).toHaveLength(1);
    },
  );

  it("reads lines of a response that end in LF, and folded ones, and many", async () => {
    const lines = ["HTTP/1.1 200 OK", "X-A: 1", "  2", ...Array.from({ length: 300 }, () => "Set-Cookie: a=b")];
    const port = await start(await listenCanned([...lines, "Content-Length: 2", "", "ok"].join("\n")));
    const text = await ask(port, get("/"));
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nok$/s);
    expect(text).toMatch(/^X-A: 1 2\r$/m);
    expect(text.match(/^Set-Cookie: a=b\r$/gm)).toHaveLength(300);
  });

  it.each(["Transfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 12"])(
    "knows no coding in a response of HTTP/1.0: %j",
    async (fields) => {
      const answer = `HTTP/1.0 200 OK\r\n${fields}\r\n\r\n2\r\nok\r\n0\r\n\r\n`;
      const port = await start(await listenCanned(answer, true));
      expect(await ask(port, head("GET / HTTP/1.0"))).toMatch(/\r\n\r\n2\r\nok\r\n0\r\n\r\n$/);
    },
  );

  it.each([
    ["two lengths that differ", "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"],
    ["a list of lengths", "Content-Length: 2, 2\r\n\r\nok"],
    ["chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["a coding before chunked", "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"],
    ["a coding that is none", "Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nok"],
    ["a control in a value", "X: \x01\r\nContent-Length: 2\r\n\r\nok"],
    ["a folded first header", " X: 1\r\nContent-Length: 2\r\n\r\nok"],
  ])("does not pass on a response with %s", async (_, rest) => {
    const port = await start(await listenCanned(`HTTP/1.1 200 OK\r\n${rest}`));
    expect(await ask(port, get("/"))).toMatch(/^HTTP\/1\.1 50[02] /);
  });

  it.each([204, 304])("gives status %i no body", async (status) => {
    const port = await start(await listenCanned(`HTTP/1.1 ${status} X\r\nX-Tag: a\r\n\r\n`));
    const client = await openRaw(port);
    client.send(head("GET /1 HTTP/1.1") + get("/2"));
    expect((await client.closed()).match(/X-Tag: a\r\n/g)).toHaveLength(2);
  });

  it("puts chunks around a response that ends with its connection", async () => {
    const port = await start(await listenCanned("HTTP/1.0 200 OK\r\n\r\nhello", true));
    const client = await openRaw(port);
    client.send(head("GET / HTTP/1.1"));
    expect(await client.until(/0\r\n\r\n$/)).toMatch(/\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/);
    client.send(get("/"));
    expect((await client.closed()).match(/hello/g)).toHaveLength(2);
  });

  it("passes early hints", async () => {
    const hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
    const port = await start(await listenCanned(`${hints}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`));
    const text = await ask(port, get("/"));
    expect(text).toMatch(/^HTTP\/1\.1 103 Early Hints\r\n.*Link: <\/a\.css>\r\n.*HTTP\/1\.1 200 OK.*ok$/s);
  });

  it("refuses a fragment", async () => {
    const { port: upstream, connections } = await listenCounted("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    const client = await openRaw(await start(upstream));
    client.send(head("GET /a#b HTTP/1.1"));
    expect(await client.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 400 /);
    expect(connections()).toBe(0);
  });

  it.each(["GET", "HEAD", "OPTIONS"])("sends %s again when a kept connection turns out closed", async (method) => {
    const seen: string[] = [];
    const port = await start(await listenForgetful(seen));
    await ask(port, get("/"));
    expect(await ask(port, head(`${method} / HTTP/1.1`, "Connection: close"))).toContain("200 OK");
    expect(seen).toEqual(["GET", method, method]);
  });

  it("sends no POST again", async () => {
    const seen: string[] = [];
    const port = await start(await listenForgetful(seen));
    await ask(port, get("/"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const post = `${head("POST / HTTP/1.1", "Connection: close", "Content-Length: 4")}body`;
    expect(await ask(port, post)).toMatch(/^HTTP\/1\.1 502 /);
    expect(seen).toEqual(["GET", "POST"]);
  });
});
