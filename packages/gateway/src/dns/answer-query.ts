import { type DecodedPacket, decode, type OptAnswer } from "dns-packet";
import { findDomain, findName, type QuestionName, questionStart } from "./question-name.ts";
import { type EdnsReply, type Reply, recordType, soaData, writeReply } from "./write-reply.ts";

/** What the responder knows. */
export interface Zones {
  /** The domains that it answers for, in lower case. */
  readonly domains: readonly string[];
  /** Whether `::1` is an answer too: only when the proxy listens there. */
  readonly ipv6: boolean;
}

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
  const reply = buildReply(message, query, zones);
  const kept = flags & (flag.recursion | flag.checkingDisabled);
  const whole = { ...reply, flags: flag.response | kept | reply.flags };
  const edns = query.edns === undefined ? undefined : ednsReply(query.edns);
  const bytes = writeReply(message, query.questionEnd, whole, edns);
  if (bytes.length <= (transport === "tcp" ? 65_535 : datagramLimit(query.edns))) return bytes;
  const cut = { flags: whole.flags | flag.truncated, answers: [], authorities: [] };
  return writeReply(message, query.questionEnd, cut, edns);
}

interface Query {
  readonly edns: OptAnswer | undefined;
  readonly name: QuestionName;
  readonly type: number;
  readonly class: number;
  /** Where the first byte after the question is. */
  readonly questionEnd: number;
}

/** One question and little else (RFC 9619); `undefined` when the message is anything else. */
function readQuery(message: Buffer): Query | undefined {
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) => message.readUInt16BE(at));
  if (questions !== 1 || answers !== 0 || authorities !== 0 || (additionals ?? 0) > 2) return undefined;
  const name = findName(message);
  if (name === undefined || name.end + 4 > message.length) return undefined;
  const packet = tryDecode(message);
  if (packet === undefined) return undefined;
  const options = (packet.additionals ?? []).filter((record): record is OptAnswer => record.type === "OPT");
  if (options.length > 1) return undefined;
  return {
    edns: options[0],
    name,
    type: message.readUInt16BE(name.end),
    class: message.readUInt16BE(name.end + 2),
    questionEnd: name.end + 4,
  };
}

function tryDecode(message: Buffer): DecodedPacket | undefined {
  try {
    return decode(message);
  } catch {
    // It throws a plain Error for whatever it cannot read.
    return undefined;
  }
}

const loopback4 = Buffer.from([127, 0, 0, 1]);
const loopback6 = Buffer.from([...Buffer.alloc(15), 1]);
const any = 255;

function buildReply(message: Buffer, query: Query, { domains, ipv6 }: Zones): Reply {
  const { name, type, edns } = query;
  if (edns !== undefined && edns.ednsVersion !== 0) return { flags: 0, answers: [], authorities: [] };
  const found = domains.map((domain) => ({ domain, at: findDomain(message, name, domain) }));
  const { domain, at } = found.find((candidate) => candidate.at !== undefined) ?? {};
  if (domain === undefined || at === undefined || query.class !== internet)
    return { flags: rcode.refused, answers: [], authorities: [] };
  const flags = flag.authoritative | rcode.ok;
  const owner = questionStart;
  // To who asks for ANY, some of what there is will do (RFC 8482, 4.1).
  if (type === recordType.a || type === any)
    return { flags, answers: [{ owner, type: recordType.a, data: loopback4 }], authorities: [] };
  if (type === recordType.aaaa && ipv6) return { flags, answers: [{ owner, type, data: loopback6 }], authorities: [] };
  const soa = { owner: at, type: recordType.soa, data: soaData(domain) };
  return type === recordType.soa && at === owner
    ? { flags, answers: [soa], authorities: [] }
    : { flags, answers: [], authorities: [soa] };
}

function datagramLimit(edns: OptAnswer | undefined): number {
  return edns === undefined ? plainDatagram : Math.min(maxDatagram, Math.max(plainDatagram, edns.udpPayloadSize));
}

/** Our size, the DO bit as it came, and BADVERS for a version that we do not speak (RFC 6891, 6.1). */
function ednsReply({ ednsVersion, flag_do }: OptAnswer): EdnsReply {
  return { size: maxDatagram, extendedRcode: ednsVersion === 0 ? 0 : 1, dnssec: flag_do };
}

/** An answer of twelve bytes, that repeats nothing of what it could not read. */
function headerOnly(message: Buffer, code: number): Buffer {
  const answer = Buffer.alloc(12);
  answer.writeUInt16BE(message.readUInt16BE(0), 0);
  answer.writeUInt16BE(flag.response | (message.readUInt16BE(2) & 0x7910) | code, 2);
  return answer;
}
