import { request } from "node:http";
import { expect, test } from "vitest";
import {
  ask,
  head,
  hostname,
  listenCanned,
  listenRaw,
  mark,
  onHeads,
  openRaw,
  route,
  startGateway,
} from "./harness.ts";

const host = `Host: ${hostname}`;
const post = (...fields: string[]): string => ["POST / HTTP/1.1", host, ...fields, "", ""].join("\r\n");

/** What is refused, and with which status. Nothing of it reaches a service. */
const refused: readonly [name: string, bytes: string, status: number][] = [
  ["a length and chunks", `${post("Content-Length: 4", "Transfer-Encoding: chunked")}0\r\n\r\n`, 400],
  ["chunks and a length", `${post("Transfer-Encoding: chunked", "Content-Length: 4")}0\r\n\r\n`, 400],
  ["two lengths", `${post("Content-Length: 4", "Content-Length: 5")}abcde`, 400],
  ["two equal lengths", `${post("Content-Length: 4", "Content-Length: 4")}abcd`, 400],
  ["a list of lengths", `${post("Content-Length: 4, 4")}abcd`, 400],
  ["a signed length", `${post("Content-Length: +4")}abcd`, 400],
  ["a negative length", post("Content-Length: -1"), 400],
  ["a hexadecimal length", `${post("Content-Length: 0x4")}abcd`, 400],
  ["an empty length", post("Content-Length:"), 400],
  ["a length past all numbers", post("Content-Length: 99999999999999999999"), 400],
  ["a coding that is not chunked", post("Transfer-Encoding: gzip, chunked"), 501],
  ["chunked twice", post("Transfer-Encoding: chunked, chunked"), 501],
  ["chunked in two fields", post("Transfer-Encoding: chunked", "Transfer-Encoding: identity"), 400],
  ["chunked that is not quite", post("Transfer-Encoding: \x0bchunked"), 400],
  ["chunked in quotes", post('Transfer-Encoding: "chunked"'), 501],
  ["chunks in HTTP/1.0", `POST / HTTP/1.0\r\n${host}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  ["a folded header", post("X-A: 1", " folded: 2"), 400],
  ["a folded first header", `GET / HTTP/1.1\r\n ${host}\r\n\r\n`, 400],
  ["a blank before the colon", post("Content-Length : 4"), 400],
  ["a tab before the colon", post("Transfer-Encoding\t: chunked"), 400],
  ["a header without a colon", post("Content-Length"), 400],
  ["a header without a name", post(": x"), 400],
  ["a name that is no token", post("X(A): 1"), 400],
  ["a NUL in a value", post("X-A: a\0b"), 400],
  ["a bare CR in a value", post("X-A: a\rContent-Length: 4"), 400],
  ["a bare LF in a value", post("X-A: a\nContent-Length: 4"), 400],
  ["lines that end in LF", `GET / HTTP/1.1\n${host}\n\n`, 400],
  ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["two hosts", post(host), 400],
  ["a host with a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400],
  ["a host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400],
  ["an absolute-form with a user", `GET http://u@${hostname}/ HTTP/1.1\r\n${host}\r\n\r\n`, 400],
  ["an absolute-form of another scheme", `GET ftp://${hostname}/ HTTP/1.1\r\n${host}\r\n\r\n`, 400],
  ["two blanks in the request line", `GET  / HTTP/1.1\r\n${host}\r\n\r\n`, 400],
  ["a tab in the request line", `GET\t/ HTTP/1.1\r\n${host}\r\n\r\n`, 400],
  ["a control in the target", `GET /\x01 HTTP/1.1\r\n${host}\r\n\r\n`, 400],
  ["a target that is no path", `GET evil HTTP/1.1\r\n${host}\r\n\r\n`, 400],
  ["a fragment", `GET /a#b HTTP/1.1\r\n${host}\r\n\r\n`, 400],
  ["a fragment in an absolute-form", `GET http://${hostname}/a#b HTTP/1.1\r\n${host}\r\n\r\n`, 400],
  ["an asterisk without OPTIONS", `GET * HTTP/1.1\r\n${host}\r\n\r\n`, 400],
  ["a method that is no token", `G@T / HTTP/1.1\r\n${host}\r\n\r\n`, 400],
  ["no version", `GET /\r\n${host}\r\n\r\n`, 400],
  ["a version in lower case", `GET / http/1.1\r\n${host}\r\n\r\n`, 400],
  ["HTTP/1.2", `GET / HTTP/1.2\r\n${host}\r\n\r\n`, 505],
  ["CONNECT", `CONNECT ${hostname}:443 HTTP/1.1\r\n${host}\r\n\r\n`, 501],
  ["TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400],
];

test.each(refused)("%s is refused", async (_, bytes, status) => {
  const seen: string[] = [];
  const upstream = await listenRaw((socket) => onHeads(socket, (text) => seen.push(text)));
  const { port } = await startGateway([route(upstream)]);
  const text = await ask(port, `${bytes}GET /smuggled HTTP/1.1\r\n${host}\r\n\r\n`);
  expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(text).toContain("Connection: close\r\n");
  expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect(seen).toEqual([]);
});

/** What comes after a head that is well. */
const badChunks: readonly [name: string, bytes: string][] = [
  ["a size that is no number", "x\r\nabc\r\n0\r\n\r\n"],
  ["a size with a prefix", "0x3\r\nabc\r\n0\r\n\r\n"],
  ["a signed size", "+3\r\nabc\r\n0\r\n\r\n"],
  ["a blank before the size", " 3\r\nabc\r\n0\r\n\r\n"],
  ["a blank behind the size", "3 \r\nabc\r\n0\r\n\r\n"],
  ["a size past all numbers", "ffffffffffffffffff\r\n"],
  ["an empty size", "\r\nabc\r\n"],
  ["a size line that ends in LF", "3\nabc\r\n0\r\n\r\n"],
  ["a bare CR in an extension", "3;a\rb\r\nabc\r\n0\r\n\r\n"],
  ["an extension without end", `3;${"a".repeat(300)}`],
  ["a chunk that is longer than its size", "3\r\nabcd\r\n0\r\n\r\n"],
  ["a chunk that ends in LF", "3\r\nabc\n0\r\n\r\n"],
  ["a trailer that is no field", "0\r\nno field\r\n\r\n"],
  ["a folded trailer", "0\r\nA: b\r\n c\r\n\r\n"],
];

test.each(badChunks)("%s is refused in a chunked body", async (_, bytes) => {
  const upstream = await listenRaw(() => {});
  const { port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  client.send(post("Transfer-Encoding: chunked") + bytes);
  const text = await client.closed();
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(text).toContain(`X-Cspace-Route: ${mark}`);
});

const ok = "HTTP/1.1 200 OK\r\n";
const chunks = "2\r\nok\r\n0\r\n\r\n";
const many = "Set-Cookie: a=b\r\n".repeat(300);

test.each([
  ["two lengths that differ", `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
  ["a list of lengths", `${ok}Content-Length: 2, 2\r\n\r\nok`],
  ["chunked twice", `${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`],
  ["a coding before chunked", `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n${chunks}`],
  ["a coding that is none", `${ok}Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nok`],
  ["a folded first header", `${ok} A: b\r\nContent-Length: 0\r\n\r\n`],
  ["a control in a value", `${ok}A: \x01\r\nContent-Length: 0\r\n\r\n`],
  ["a bare CR in a value", `${ok}A: b\rContent-Length: 2\r\n\r\nok`],
  ["a line without a colon", `${ok}nonsense\r\nContent-Length: 0\r\n\r\n`],
  ["no status", "HTTP/1.1 OK\r\n\r\n"],
  ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n"],
  ["a head without end", `${ok}A: ${"b".repeat(300_000)}`],
  ["more headers than there may be", `${ok}${"A: b\r\n".repeat(5_000)}\r\n`],
  ["a switch that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"],
])("a response with %s is a 502", async (_, answer) => {
  const { port } = await startGateway([route(await listenCanned(answer))]);
  const text = await ask(port, head("GET / HTTP/1.1", "Connection: close"));
  expect(text).toMatch(/^HTTP\/1\.1 502 /);
  expect(text).toContain(`X-Cspace-Route: ${mark}`);
});

/** What is read as clients read it, the framing that goes on, and whether the service's connection is used again. */
const mended: readonly [name: string, answer: string, framing: RegExp, kept: boolean][] = [
  ["two equal lengths", `${ok}Content-Length: 2\r\nContent-Length: 2\r\n\r\nok`, /Content-Length: 2/, false],
  [
    "a length and chunks",
    `${ok}Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
    /T.*: chunked/,
    false,
  ],
  [
    "chunks and a length",
    `${ok}Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n${chunks}`,
    /T.*: chunked/,
    false,
  ],
  ["lines that end in LF", "HTTP/1.1 200 OK\nA: b\nContent-Length: 2\n\nok", /Content-Length: 2/, false],
  ["some lines that end in LF", "HTTP/1.1 200 OK\r\nA: b\nContent-Length: 2\n\r\nok", /Content-Length: 2/, false],
  ["LF, and an empty line in the body", "HTTP/1.1 200 OK\nContent-Length: 6\n\nok\r\n\r\n", /Content-Length: 6/, false],
  ["a folded header", `${ok}A: b\r\n \t c\r\nContent-Length: 2\r\n\r\nok`, /A: b c\r\nContent-Length: 2/, false],
  [
    "a fold that looks like a header",
    `${ok}A: b\r\n Content-Length: 9\r\nContent-Length: 2\r\n\r\nok`,
    /A: b Content-Length: 9\r\nContent-Length: 2/,
    false,
  ],
  ["a blank before the colon", `${ok}Content-Length : 2\r\n\r\nok`, /Content-Length: 2/, false],
  ["HTTP/1.2", "HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nok", /Content-Length: 2/, true],
  ["300 headers", `${ok}${many}Content-Length: 2\r\n\r\nok`, /(Set-Cookie: a=b\r\n){300}Content-Length: 2/, true],
];

test.each(mended)("a response with %s is passed on in one reading", async (_, answer, framing, kept) => {
  let connections = 0;
  const upstream = await listenRaw((socket) => {
    connections += 1;
    onHeads(socket, () => socket.write(answer, "latin1"));
  });
  const { port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  for (const count of [1, 2]) {
    client.send(head("GET / HTTP/1.1"));
    await client.until((text) => text.match(/HTTP\/1\.1 200 OK\r/g)?.length === count && /ok[\s0]*$/.test(text));
  }
  const [answered = ""] = client.text().split(/(?=HTTP\/1\.1 200 OK\r\n)/);
  expect(answered).toMatch(framing);
  expect(answered.match(/^(content-length|transfer-encoding):/gim)).toHaveLength(1);
  expect(answered.split("\r\n\r\n")[0]).not.toMatch(/[^\r]\n|\r\n[ \t]/);
  expect(connections).toBe(kept ? 1 : 2);
});

test.each([
  ["a coding", "Transfer-Encoding: chunked", chunks],
  ["a coding and a length", `Transfer-Encoding: chunked\r\nContent-Length: ${chunks.length}`, chunks],
])("a response of HTTP/1.0 with %s has none", async (_, fields, body) => {
  const { port } = await startGateway([route(await listenCanned(`HTTP/1.0 200 OK\r\n${fields}\r\n\r\n${body}`, true))]);
  const got = await new Promise<string>((resolve, reject) => {
    const sent = request({ port, headers: { host: hostname }, agent: false }, (response) => {
      let text = "";
      response.setEncoding("latin1").on("data", (part) => {
        text += part;
      });
      response.on("end", () => resolve(text)).on("error", reject);
    });
    sent.on("error", reject).end();
  });
  expect(got).toBe(body);
});

test.each(["Content-Length: 2\r\nTransfer-Encoding: chunked", "Content-Length: 2\r\nContent-Length: 2"])(
  "HEAD is answered with one length of %j, and the next request is not",
  async (fields) => {
    const { port } = await startGateway([route(await listenCanned(`${ok}${fields}\r\n\r\n`))]);
    const client = await openRaw(port);
    client.send(head("HEAD /1 HTTP/1.1") + head("HEAD /2 HTTP/1.1", "Connection: close"));
    const text = await client.closed();
    expect(text.match(/^HTTP\/1\.1 200 OK\r$/gm)).toHaveLength(2);
    expect(text.match(/^(content-length|transfer-encoding):/gim)).toHaveLength(2);
  },
);

test("a bad chunk in a response is a 502 while there is time, and later the end of the connection", async () => {
  const start = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
  const { gateway, port } = await startGateway([route(await listenCanned(`${start}none\r\n`))]);
  expect(await ask(port, head("GET / HTTP/1.1", "Connection: close"))).toMatch(/^HTTP\/1\.1 502 /);
  const upstream = await listenRaw((socket) =>
    onHeads(socket, () => {
      socket.write(start);
      setTimeout(() => socket.write("none\r\n"), 50);
    }),
  );
  gateway.setRoutes([route(upstream)]);
  const text = await ask(port, head("GET / HTTP/1.1"));
  expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(text).toMatch(/abc\r\n$/);
});
