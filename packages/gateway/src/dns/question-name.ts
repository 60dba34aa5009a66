/** The name that a message asks for, as its bytes stand (RFC 1035, 4.1.2). */
export interface QuestionName {
  /** Where each label begins, with the byte of its length. */
  readonly labels: readonly number[];
  /** Where the first byte behind the name is. */
  readonly end: number;
}

/** Where the question begins, behind the header of every message. */
export const questionStart = 12;

/** Finds the name of the question. It is the first of its message, so it points nowhere; `undefined` when it is none. */
export function findName(message: Buffer): QuestionName | undefined {
  const labels: number[] = [];
  for (let at = questionStart; at < message.length; ) {
    const length = message[at] ?? 0;
    if (length === 0) return at - questionStart < maxName ? { labels, end: at + 1 } : undefined;
    if (length > 63) return undefined;
    labels.push(at);
    at += length + 1;
  }
  return undefined;
}

/** The bytes of a name, its last one included (RFC 1035, 2.3.4). */
const maxName = 255;

/**
 * Where in the question's name a domain begins, if the name is this domain or one under it. Labels are compared byte by
 * byte but for the case of ASCII (RFC 4343): whatever bytes stand in the others, a label is never taken for two.
 */
export function findDomain(message: Buffer, name: QuestionName, domain: string): number | undefined {
  const wanted = encodeName(domain);
  const at = name.end - wanted.length;
  if (!name.labels.includes(at)) return undefined;
  return message.toString("latin1", at, name.end).toLowerCase() === wanted.toString("latin1") ? at : undefined;
}

/** A name of ASCII labels, as it stands in a message. */
export function encodeName(name: string): Buffer {
  const labels = name.split(".").map((label) => Buffer.from([label.length, ...Buffer.from(label, "latin1")]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}
