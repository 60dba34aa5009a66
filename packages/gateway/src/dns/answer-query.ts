import { type Answer, decode, encode, type OptAnswer, type Packet, type SoaAnswer } from "dns-packet";

/** What the responder knows. */
export interface Zones {
  /** The domains that it answers for, in lower case. */
  readonly domains: readonly string[];
  /** Whether `::1` is an answer too: only when the proxy listens there. */
  readonly ipv6: boolean;
}

/** Seconds for which an answer may be kept. */
const ttl = 60;
/** The most that is sent in one datagram: it crosses every network in one piece (the DNS flag day of 2020). */
const maxDatagram = 1232;
/** The most that a client without EDNS takes in one datagram (RFC 1035, 4.2.1). */
const plainDatagram = 512;

const flag = {
  response: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursion: 0x0100,
  checkingDisabled: 0x0010,
};
const rcode = { ok: 0, malformed: 1, notImplemented: 4, refused: 5 };
const internet = 1;

/**
 * The answer to one DNS message, or `undefined` where the only safe answer is none: to what is too short to have a header
 * (RFC 1035, 4.1.1) and to responses. Whatever else comes, the answer goes: malformed ones get FORMERR, names outside the
 * domains REFUSED, every type of a name inside NOERROR: with an address, or with the zone's SOA and no more (RFC 2308, 2.2).
 */
export function answerQuery(message: Buffer, zones: Zones, transport: "udp" | "tcp"): Buffer | undefined {
  if (message.length < 12) return undefined;
  const flags = message.readUInt16BE(2);
  if ((flags & flag.response) !== 0) return undefined;
  if ((flags & 0x7800) !== 0) return headerOnly(message, rcode.notImplemented);
  const query = readQuery(message);
  if (query === undefined) return headerOnly(message, rcode.malformed);
  const limit = transport === "tcp" ? 65_535 : datagramLimit(query.edns);
  const reply = buildReply(query, zones);
  const kept = flags & (flag.recursion | flag.checkingDisabled);
  const packet: Packet = {
    type: "response",
    id: message.readUInt16BE(0),
    flags: kept | reply.flags,
    questions: query.packet.questions ?? [],
    answers: [...reply.answers],
    authorities: [...reply.authorities],
    additionals: query.edns === undefined ? [] : [buildEdns(query.edns)],
  };
  const whole = encode(packet);
  // The library knows labels as text. One that is none would come back as another name.
  const nameEnd = query.questionEnd - 4;
  if (!whole.subarray(12, nameEnd).equals(message.subarray(12, nameEnd))) return headerOnly(message, rcode.malformed);
  if (whole.length <= limit) return withQuestionOf(message, query.questionEnd, whole);
  const cut = encode({ ...packet, flags: (packet.flags ?? 0) | flag.truncated, answers: [], authorities: [] });
  return withQuestionOf(message, query.questionEnd, cut);
}

/** The question goes back to the bit, also where the library knows a class by another name. */
function withQuestionOf(message: Buffer, questionEnd: number, reply: Buffer): Buffer {
  message.copy(reply, 12, 12, questionEnd);
  return reply;
}

interface Query {
  readonly packet: Packet;
  readonly edns: OptAnswer | undefined;
  /** In lower case. */
  readonly name: string;
  readonly type: string;
  readonly class: number;
  /** Where the first byte after the question is. */
  readonly questionEnd: number;
}

/** One question and little else (RFC 9619); `undefined` when the message is anything else. */
function readQuery(message: Buffer): Query | undefined {
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) => message.readUInt16BE(at));
  if (questions !== 1 || answers !== 0 || authorities !== 0 || (additionals ?? 0) > 2) return undefined;
  const nameEnd = skipName(message);
  if (nameEnd === undefined || nameEnd + 4 > message.length) return undefined;
  const packet = tryDecode(message);
  const question = packet?.questions?.[0];
  if (packet === undefined || question === undefined) return undefined;
  const options = (packet.additionals ?? []).filter((record): record is OptAnswer => record.type === "OPT");
  if (options.length > 1) return undefined;
  return {
    packet,
    edns: options[0],
    name: question.name.toLowerCase(),
    type: question.type,
    class: message.readUInt16BE(nameEnd + 2),
    questionEnd: nameEnd + 4,
  };
}

/** Where the name of the question ends. It is the first of its message, so it points nowhere. */
function skipName(message: Buffer): number | undefined {
  for (let at = 12; at < message.length; ) {
    const length = message[at] ?? 0;
    if (length === 0) return at + 1;
    if (length > 63) return undefined;
    at += length + 1;
  }
  return undefined;
}

function tryDecode(message: Buffer): Packet | undefined {
  try {
    return decode(message);
  } catch {
    // It throws a plain Error for whatever it cannot read.
    return undefined;
  }
}

interface Reply {
  readonly flags: number;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
}

function buildReply({ name, type, class: questionClass, edns }: Query, { domains, ipv6 }: Zones): Reply {
  const domain = domains.find((candidate) => name === candidate || name.endsWith(`.${candidate}`));
  if (edns !== undefined && edns.ednsVersion !== 0) return { flags: 0, answers: [], authorities: [] };
  if (domain === undefined || questionClass !== internet) return { flags: rcode.refused, answers: [], authorities: [] };
  const flags = flag.authoritative | rcode.ok;
  // To who asks for ANY, some of what there is will do (RFC 8482, 4.1).
  if (type === "A" || type === "ANY")
    return { flags, answers: [{ type: "A", name, ttl, data: "127.0.0.1" }], authorities: [] };
  if (type === "AAAA" && ipv6) return { flags, answers: [{ type: "AAAA", name, ttl, data: "::1" }], authorities: [] };
  const soa = soaOf(domain);
  return type === "SOA" && name === domain
    ? { flags, answers: [soa], authorities: [] }
    : { flags, answers: [], authorities: [soa] };
}

function soaOf(domain: string): SoaAnswer {
  const data = {
    mname: `ns.${domain}`,
    rname: `hostmaster.${domain}`,
    serial: 1,
    refresh: 3600,
    retry: 600,
    expire: 86_400,
    minimum: ttl,
  };
  return { type: "SOA", name: domain, ttl, data };
}

function datagramLimit(edns: OptAnswer | undefined): number {
  return edns === undefined ? plainDatagram : Math.min(maxDatagram, Math.max(plainDatagram, edns.udpPayloadSize));
}

/** Our side of EDNS (RFC 6891, 6.1): our size, the DO bit as it came, BADVERS for a version that we do not speak. */
function buildEdns({ ednsVersion, flag_do }: OptAnswer): OptAnswer {
  return {
    type: "OPT",
    name: ".",
    udpPayloadSize: maxDatagram,
    extendedRcode: ednsVersion === 0 ? 0 : 1,
    ednsVersion: 0,
    flags: flag_do ? 0x8000 : 0,
    flag_do,
    options: [],
  };
}

/** An answer of twelve bytes, that repeats nothing of what it could not read. */
function headerOnly(message: Buffer, code: number): Buffer {
  const answer = Buffer.alloc(12);
  answer.writeUInt16BE(message.readUInt16BE(0), 0);
  answer.writeUInt16BE(flag.response | (message.readUInt16BE(2) & 0x7910) | code, 2);
  return answer;
}
