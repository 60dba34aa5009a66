import { createHash } from "node:crypto";

/** The first `digits` hexadecimal digits of the SHA-256 of a text in UTF-8; at most 64. */
export function hashText(text: string, digits: number): string {
  return createHash("sha256").update(text, "utf8").digest("hex").slice(0, digits);
}
