import { createSocket, Socket as DatagramSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { connect } from "node:net";
import { createGateway } from "@cspace/gateway";
import { probeDns } from "@cspace/ports";
import {
  type Answer,
  type DecodedPacket,
  decode,
  encode,
  type OptAnswer,
  type Packet,
  type Question,
  streamEncode,
} from "dns-packet";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { answerQuery, type Zones } from "../src/dns/answer-query.ts";

const zones: Zones = { domains: ["cspace.local", "cspace.localhost"], ipv6: false };
type Decoded = DecodedPacket & { readonly rcode: string };

function question(name: string, type: Question["type"] = "A", more: Partial<Packet> = {}): Buffer {
  return encode({ type: "query", id: 7, flags: 0x0100, questions: [{ name, type, class: "IN" }], ...more });
}

function read(message: Buffer | undefined): Decoded {
  if (message === undefined) throw new Error("there is no answer");
  return decode(message) as Decoded;
}

function answer(name: string, type: Question["type"] = "A", using: Zones = zones): Decoded {
  return read(answerQuery(question(name, type), using, "udp"));
}

const opt = (more: Partial<OptAnswer> = {}): Answer => ({
  type: "OPT",
  name: ".",
  udpPayloadSize: 4096,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
  ...more,
});

test.each([
  "cspace.local",
  "p.cspace.local",
  "dev.mercury.p.cspace.local",
  "a.b.c.d.e.f.cspace.localhost",
  "DEV.Mercury.P.CSPACE.local",
])("the address of %s is 127.0.0.1", (name) => {
  const { rcode, flag_aa, flag_ra, flag_rd, answers, id, questions } = answer(name);
  expect({ rcode, flag_aa, flag_ra, flag_rd, id }).toEqual({
    rcode: "NOERROR",
    flag_aa: true,
    flag_ra: false,
    flag_rd: true,
    id: 7,
  });
  expect(answers).toMatchObject([{ type: "A", data: "127.0.0.1", ttl: 60 }]);
  expect(questions?.[0]?.name).toBe(name);
});

test.each(["AAAA", "HTTPS" as "A", "TXT", "NS", "MX", "SRV", "CAA", "CNAME", "DS", "SVCB" as "A"] as const)(
  "%s has no record, which is said with the SOA and not as an error",
  (type) => {
    const { rcode, answers, authorities, flag_aa } = answer("dev.mercury.p.cspace.local", type);
    expect({ rcode, answers, flag_aa }).toEqual({ rcode: "NOERROR", answers: [], flag_aa: true });
    expect(authorities).toMatchObject([
      {
        type: "SOA",
        name: "cspace.local",
        ttl: 60,
        data: { mname: "ns.cspace.local", rname: "hostmaster.cspace.local", minimum: 60 },
      },
    ]);
  },
);

test("the zone's own SOA is an answer, and that of a name inside is none", () => {
  expect(answer("cspace.localhost", "SOA").answers).toMatchObject([{ type: "SOA", name: "cspace.localhost" }]);
  expect(answer("x.cspace.localhost", "SOA")).toMatchObject({
    answers: [],
    authorities: [{ name: "cspace.localhost" }],
  });
});

test("who asks for ANY gets the address", () => {
  expect(answer("dev.mercury.p.cspace.local", "ANY" as "A").answers).toMatchObject([{ type: "A", data: "127.0.0.1" }]);
});

test("AAAA is ::1 only where the proxy listens there", () => {
  expect(answer("dev.mercury.p.cspace.local", "AAAA", { ...zones, ipv6: true }).answers).toMatchObject([
    { data: "::1" },
  ]);
});

test.each(["example.com", "local", "localhost", "xcspace.local", "cspace.local.example.com", "."])(
  "%s is refused",
  (name) => {
    expect(answer(name)).toMatchObject({ rcode: "REFUSED", answers: [], authorities: [], flag_aa: false });
  },
);

test("what is no question of the internet's is turned down", () => {
  const chaos = encode({
    type: "query",
    id: 1,
    questions: [{ name: "version.cspace.local", type: "TXT", class: "CH" }],
  });
  expect(read(answerQuery(chaos, zones, "udp")).rcode).toBe("REFUSED");
  const multicast = question("dev.mercury.p.cspace.local");
  multicast.writeUInt16BE(0x8001, multicast.length - 2);
  expect(read(answerQuery(multicast, zones, "udp")).rcode).toBe("REFUSED");
  const update = question("cspace.local", "SOA", { flags: 5 << 11 });
  expect(read(answerQuery(update, zones, "udp"))).toMatchObject({ rcode: "NOTIMP", opcode: "UPDATE" });
  const two = encode({
    type: "query",
    questions: [1, 2].map((at) => ({ name: `${at}.cspace.local`, type: "A" as const })),
  });
  expect(read(answerQuery(two, zones, "udp")).rcode).toBe("FORMERR");
  expect(read(answerQuery(encode({ type: "query", questions: [] }), zones, "udp")).rcode).toBe("FORMERR");
});

test("responses and what is shorter than a header get no answer, so that two servers never talk for ever", () => {
  expect(
    answerQuery(encode({ type: "response", questions: [{ name: "cspace.local", type: "A" }] }), zones, "udp"),
  ).toBeUndefined();
  expect(answerQuery(Buffer.alloc(11), zones, "udp")).toBeUndefined();
});

test("EDNS is answered with EDNS, its DO bit kept, another version with BADVERS", () => {
  const asked = (more: Partial<OptAnswer>): Decoded =>
    read(answerQuery(question("dev.mercury.p.cspace.local", "A", { additionals: [opt(more)] }), zones, "udp"));
  expect(asked({}).additionals).toMatchObject([{ type: "OPT", udpPayloadSize: 1232, ednsVersion: 0, flag_do: false }]);
  expect(asked({ flags: 0x8000 }).additionals).toMatchObject([{ flag_do: true }]);
  expect(asked({ ednsVersion: 1 })).toMatchObject({ answers: [], additionals: [{ extendedRcode: 1, ednsVersion: 0 }] });
  expect(answer("dev.mercury.p.cspace.local").additionals).toEqual([]);
  const twice = question("cspace.local", "A", { additionals: [opt(), opt()] });
  expect(read(answerQuery(twice, zones, "udp")).rcode).toBe("FORMERR");
});

/** A name of 255 bytes, the most there may be. */
const longest = `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(48)}.cspace.local`;

test.each(["A", "AAAA", "TXT"] as const)("the longest name is answered for %s in a datagram without EDNS", (type) => {
  const message = question(longest, type);
  expect(message.length).toBe(12 + 255 + 4);
  const udp = answerQuery(message, { ...zones, ipv6: true }, "udp");
  expect(read(udp)).toMatchObject({ flag_tc: false, rcode: "NOERROR" });
  expect(udp?.length).toBeLessThanOrEqual(512);
  const records = [...(read(udp).answers ?? []), ...(read(udp).authorities ?? [])];
  expect(records.map(({ name }) => name)).toEqual([type === "TXT" ? "cspace.local" : longest]);
});

test("an answer that is too long for a datagram is cut and whole over TCP", () => {
  const domain = `${"x".repeat(63)}.${"y".repeat(63)}.${"z".repeat(63)}.test`;
  const long: Zones = { domains: [domain], ipv6: false };
  const asked = question(`dev.mercury.p.${domain}`, "TXT");
  const udp = answerQuery(asked, long, "udp");
  expect(read(udp)).toMatchObject({ flag_tc: true, answers: [], authorities: [], rcode: "NOERROR" });
  expect(udp?.length).toBeLessThanOrEqual(512);
  const soa = { flag_tc: false, authorities: [{ type: "SOA", name: domain, data: { mname: `ns.${domain}` } }] };
  expect(read(answerQuery(asked, long, "tcp"))).toMatchObject(soa);
  const edns = question(`dev.mercury.p.${domain}`, "TXT", { additionals: [opt()] });
  expect(read(answerQuery(edns, long, "udp"))).toMatchObject(soa);
});

test.each([0xff, 0x2e, 0x00, 0x20])("a label with the byte %i is a label like another", (byte) => {
  const inside = question("dev-x.cspace.local");
  inside[16] = byte;
  const reply = answerQuery(inside, zones, "udp");
  expect(reply?.readUInt16BE(2)).toBe(0x8500);
  expect(reply?.subarray(12, inside.length)).toEqual(inside.subarray(12));
  expect(reply?.subarray(-4)).toEqual(Buffer.from([127, 0, 0, 1]));
  const outside = question("devx-cspace.local");
  outside[17] = byte;
  expect((answerQuery(outside, zones, "udp")?.readUInt16BE(2) ?? 0) & 15).toBe(5);
});

test("no message, however broken, makes it fail, answer a stranger's question or send much more than it got", () => {
  const good = fc.record({
    name: fc.constantFrom("dev.mercury.p.cspace.local", "example.com", "cspace.local"),
    type: fc.constantFrom("A", "AAAA", "TXT", "SOA", "OPT" as "A", "ANY" as "A"),
    edns: fc.boolean(),
  });
  const broken = good.chain(({ name, type, edns }) => {
    const bytes = question(name, type as Question["type"], edns ? { additionals: [opt()] } : {});
    const flip = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 6 });
    return fc.tuple(flip, fc.nat(bytes.length)).map(([flips, end]) => {
      const copy = Buffer.from(bytes);
      for (const [at, value] of flips) copy[at] = value;
      return end % 3 === 0 ? copy.subarray(0, end) : copy;
    });
  });
  const noise = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(broken, noise), fc.constantFrom("udp", "tcp"), (message, transport) => {
      const reply = answerQuery(message, zones, transport);
      if (reply === undefined) return;
      expect(reply.readUInt16BE(0)).toBe(message.readUInt16BE(0));
      expect(reply[2] ?? 0).toBeGreaterThanOrEqual(0x80);
      const { answers = [] } = decode(reply);
      if (answers.length > 0)
        expect(decode(message).questions?.[0]?.name.toLowerCase()).toMatch(/(^|\.)cspace\.local(host)?$/);
      // The most is a zone's SOA behind a short name.
      expect(reply.length).toBeLessThanOrEqual(message.length + 120 + (answers.length > 0 ? message.length : 0));
    }),
    { numRuns: 20_000 },
  );
});

async function startDns(): Promise<number> {
  const gateway = createGateway({ limits: { drainTimeoutMs: 50 } });
  onTestFinished(() => gateway.close());
  const { dnsPort } = await gateway.listen({ httpPort: 0, dnsPort: 0 });
  if (dnsPort === null) throw new Error("there is no DNS port");
  return dnsPort;
}

test("a real resolver is answered, on both addresses", async () => {
  const port = await startDns();
  expect(await probeDns(port, "dev.mercury.p.cspace.local")).toBe(true);
  for (const server of [`127.0.0.1:${port}`, `[::1]:${port}`]) {
    const resolver = new Resolver({ timeout: 2_000, tries: 1 });
    resolver.setServers([server]);
    expect(await resolver.resolve4("dev.mercury.p.cspace.localhost")).toEqual(["127.0.0.1"]);
    expect(await resolver.resolve6("dev.mercury.p.cspace.localhost")).toEqual(["::1"]);
    await expect(resolver.resolveTxt("dev.mercury.p.cspace.localhost")).rejects.toMatchObject({ code: "ENODATA" });
    await expect(resolver.resolve4("example.com")).rejects.toMatchObject({ code: "EREFUSED" });
  }
});

test("questions over TCP are answered in their order, in whatever pieces they come", async () => {
  const port = await startDns();
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  const ids = [1, 2, 3, 4, 5];
  const questions = ids.map((id) =>
    streamEncode({ type: "query", id, questions: [{ name: `r${id}.cspace.local`, type: "A" }] }),
  );
  let received = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
  });
  for (const byte of Buffer.concat(questions)) socket.write(Buffer.from([byte]));
  const seen = (): number[] => {
    const found: number[] = [];
    for (let at = 0; at + 2 <= received.length; at += 2 + received.readUInt16BE(at))
      found.push(received.readUInt16BE(at + 2));
    return found;
  };
  await expect.poll(seen).toEqual(ids);
});

test("a datagram that cannot be answered is dropped: one from port 0, and one for which sending fails", async () => {
  const gateway = createGateway({ limits: { drainTimeoutMs: 50 } });
  onTestFinished(() => gateway.close());
  const { dnsPort } = await gateway.listen({ httpPort: 0, dnsPort: 0 });
  const sockets = gateway.sockets.flatMap(({ handle }) => (handle instanceof DatagramSocket ? [handle] : []));
  expect(sockets).toHaveLength(2);
  const message = question("dev.mercury.p.cspace.local");
  for (const socket of sockets) {
    const { address, family } = socket.address();
    for (const port of [0, -1, 65_536])
      socket.emit("message", message, { address, family, port, size: message.length });
  }
  expect(await probeDns(dnsPort ?? 0, "dev.mercury.p.cspace.local")).toBe(true);
});

test("fuzzed datagrams over a real socket are each answered or dropped, and the next is answered", async () => {
  const port = await startDns();
  const udp = createSocket("udp4");
  onTestFinished(() => void udp.close());
  const answered = new Set<number>();
  udp.on("message", (reply) => answered.add(reply.readUInt16BE(0)));
  const bytes = question("dev.mercury.p.cspace.local", "A", { additionals: [opt()] });
  const flips = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 8 });
  for (const [at, one] of fc.sample(flips, { numRuns: 2_000, seed: 1 }).entries()) {
    const copy = Buffer.from(bytes);
    for (const [place, value] of one) copy[place] = value;
    udp.send(at % 5 === 0 ? copy.subarray(0, at % copy.length) : copy, port, "127.0.0.1");
    if (at % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await expect
    .poll(() => {
      const good = question("dev.mercury.p.cspace.local");
      good.writeUInt16BE(0xfeed, 0);
      udp.send(good, port, "127.0.0.1");
      return answered.has(0xfeed);
    })
    .toBe(true);
});

test("noise over UDP and TCP leaves it answering", async () => {
  const port = await startDns();
  const udp = createSocket("udp4");
  for (let count = 0; count < 200; count += 1) {
    const noise = Buffer.from(Array.from({ length: count }, () => Math.floor(Math.random() * 256)));
    udp.send(noise, port, "127.0.0.1");
    if (count % 20 === 0)
      connect(port, "127.0.0.1")
        .on("error", () => {})
        .end(noise);
  }
  expect(await probeDns(port, "dev.mercury.p.cspace.local", { timeoutMs: 5_000 })).toBe(true);
  udp.close();
});
