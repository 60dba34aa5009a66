import { encodeName, questionStart } from "./question-name.ts";

/** One record of an answer. Its owner stands in the question already. */
export interface ReplyRecord {
  /** Where in the message the name of its owner begins. */
  readonly owner: number;
  readonly type: number;
  readonly data: Buffer;
}

/** What is to be said of a question. */
export interface Reply {
  readonly flags: number;
  readonly answers: readonly ReplyRecord[];
  readonly authorities: readonly ReplyRecord[];
}

/** Our side of EDNS (RFC 6891, 6.1.3). */
export interface EdnsReply {
  readonly size: number;
  readonly extendedRcode: number;
  readonly dnssec: boolean;
}

/** Seconds for which an answer may be kept. */
const ttl = 60;
export const recordType = { a: 1, soa: 6, aaaa: 28, opt: 41 };
const internet = 1;

/**
 * An answer's bytes: the question goes back to the bit, and the names of records point into it (RFC 1035, 4.1.4), so that
 * an answer is hardly longer than its question, however long the name is.
 */
export function writeReply(message: Buffer, questionEnd: number, reply: Reply, edns: EdnsReply | undefined): Buffer {
  const { answers, authorities } = reply;
  const header = Buffer.alloc(questionStart);
  header.writeUInt16BE(message.readUInt16BE(0), 0);
  header.writeUInt16BE(reply.flags, 2);
  const counts = [1, answers.length, authorities.length, edns === undefined ? 0 : 1];
  for (const [at, count] of counts.entries()) header.writeUInt16BE(count, 4 + 2 * at);
  const question = message.subarray(questionStart, questionEnd);
  const records = [...answers, ...authorities].flatMap(({ owner, type, data }) => [
    recordHead(owner, type, data),
    data,
  ]);
  return Buffer.concat([header, question, ...records, ...(edns === undefined ? [] : [optRecord(edns)])]);
}

function recordHead(owner: number, type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc000 | owner, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(internet, 4);
  head.writeUInt32BE(ttl, 6);
  head.writeUInt16BE(data.length, 10);
  return head;
}

function optRecord({ size, extendedRcode, dnssec }: EdnsReply): Buffer {
  const record = Buffer.alloc(11);
  record.writeUInt16BE(recordType.opt, 1);
  record.writeUInt16BE(size, 3);
  record[5] = extendedRcode;
  record.writeUInt16BE(dnssec ? 0x8000 : 0, 7);
  return record;
}

/** What an SOA says of a domain: nothing in it ever changes but with the program. */
export function soaData(domain: string): Buffer {
  const numbers = Buffer.alloc(20);
  for (const [at, value] of [1, 3_600, 600, 86_400, ttl].entries()) numbers.writeUInt32BE(value, 4 * at);
  return Buffer.concat([encodeName(`ns.${domain}`), encodeName(`hostmaster.${domain}`), numbers]);
}
