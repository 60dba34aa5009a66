import { spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "@cspace/ports";
import { type Answer, decode, encode, type Packet, type Question } from "dns-packet";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { answerQuery } from "../src/dns/answer-query.ts";

/** What `.ci/provide-engine` builds, or what is named. */
const binary = process.env.COREDNS ?? join(homedir(), ".cache/cspace-engine/coredns-1.15.0/coredns");
const domains = ["cspace.local", "cspace.localhost"];

/** A zone as the proxy in Docker has it. */
function zone(domain: string, port: number): string {
  const soa = `${domain}. 60 IN SOA ns.${domain}. hostmaster.${domain}. 1 3600 600 86400 60`;
  return `${domain}:${port} {
    bind 127.0.0.1
    bufsize 1232
    template IN A {
        answer "{{ .Name }} 60 IN A 127.0.0.1"
    }
    template IN SOA {
        match "^${domain.replaceAll(".", "\\.")}\\.$"
        answer "${soa}"
        fallthrough
    }
    template IN ANY {
        rcode NOERROR
        authority "${soa}"
    }
}
`;
}

async function startCoreDns(): Promise<number> {
  const port = await findFreePort();
  const folder = mkdtempSync(join(tmpdir(), "coredns-"));
  const file = join(folder, "Corefile");
  writeFileSync(file, domains.map((domain) => zone(domain, port)).join(""));
  const child = spawn(binary, ["-conf", file], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => {
    child.kill();
    rmSync(folder, { recursive: true });
  });
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (text) => {
      if (String(text).includes("CoreDNS-")) resolve();
    });
  });
  return port;
}

type Types = Question["type"];
const types = [
  "A",
  "AAAA",
  "HTTPS",
  "TXT",
  "NS",
  "MX",
  "SOA",
  "ANY",
  "CNAME",
  "SRV",
  "PTR",
  "CAA",
  "DS",
  "UNKNOWN_9999",
];
const label = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/) },
  fc.stringMatching(/^[a-z]{40,47}$/),
);
/** Whether the first label has a byte in it that no hostname has. */
const odd = fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, fc.constantFrom(0xff, 0x2e, 0x80));
const suffix = fc.constantFrom(...domains, "CSPACE.Local", "example.com", "local", "xcspace.local");
const question = fc
  .record({
    labels: fc.array(label, { maxLength: 5 }),
    suffix,
    type: fc.constantFrom(...types),
    inside: fc.integer({ min: 0, max: 9 }).map((number) => number > 0),
    size: fc.constantFrom(0, 512, 1232, 4096),
    dnssec: fc.boolean(),
    flags: fc.constantFrom(0, 0x0100, 0x0110, 0x0010),
  })
  .map(({ labels, suffix, type, inside, size, dnssec, flags }) => {
    const opt = {
      type: "OPT",
      name: ".",
      udpPayloadSize: size,
      flags: dnssec ? 0x8000 : 0,
      options: [],
    } as unknown as Answer;
    const asked = { name: [...labels, suffix].join("."), type: type as Types, class: inside ? "IN" : "CH" } as const;
    return { type: "query", flags, questions: [asked], additionals: size === 0 ? [] : [opt] } satisfies Packet;
  });

/** What an answer says. That CoreDNS gives a client's own size back to it, and we ours, is the one difference. */
function meaningOf(message: Buffer): unknown {
  const { questions, answers = [], authorities = [], additionals = [], ...rest } = decode(message);
  const records = (list: readonly Answer[]): unknown[] =>
    list.map((record) => ({ ...record, name: record.name.toLowerCase(), udpPayloadSize: undefined }));
  return {
    ...rest,
    questions,
    answers: records(answers),
    authorities: records(authorities),
    additionals: records(additionals),
  };
}

function ask(socket: Socket, port: number, message: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    socket.once("message", resolve);
    socket.send(message, port, "127.0.0.1");
  });
}

test.skipIf(!existsSync(binary))(
  "ten thousand questions get the answers of CoreDNS (needs its binary; COREDNS names it)",
  async () => {
    const port = await startCoreDns();
    const socket = createSocket("udp4");
    onTestFinished(() => void socket.close());
    for (const [id, [packet, byte]] of fc.sample(fc.tuple(question, odd), 10_000).entries()) {
      const message = encode({ ...packet, id: id & 0xffff });
      if (byte !== undefined) message[13] = byte;
      const ours = answerQuery(message, { domains, ipv6: false }, "udp");
      const theirs = await ask(socket, port, message);
      expect(ours === undefined ? undefined : meaningOf(ours), JSON.stringify(packet)).toEqual(meaningOf(theirs));
    }
  },
);
