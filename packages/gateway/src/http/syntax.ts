/**
 * A message that HTTP/1.1 forbids or that two readers could take in two ways. It is refused, never mended: what is
 * doubtful is how requests are smuggled (RFC 9112, 11.2).
 */
export class MalformedMessage extends Error {
  /** The status to refuse a request with. */
  readonly status: number;

  constructor(status: number, what: string) {
    super(what);
    this.status = status;
  }
}

/** Everything that may stand in a field's name, a method, a protocol (RFC 9110, 5.6.2). */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What may not stand in a field's value: controls other than the tab, so also a bare CR or LF (RFC 9110, 5.5). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for.
const forbidden = /[\x00-\x08\x0a-\x1f\x7f]/;

export function isToken(text: string): boolean {
  return token.test(text);
}

/** Whether a text of Latin-1 holds no control but the tab. */
export function isFieldText(text: string): boolean {
  return !forbidden.test(text);
}

/** The members of a list such as `Connection: close, X-Debug`, in lower case (RFC 9110, 5.6.1). */
export function listMembers(value: string): string[] {
  return value
    .toLowerCase()
    .split(",")
    .map((member) => member.trim())
    .filter((member) => member !== "");
}
