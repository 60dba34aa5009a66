import { createHash } from "node:crypto";

/** A short hash of data or text, equal for equal content. */
export function hashOf(source: unknown): string {
  return createHash("sha256").update(JSON.stringify(source)).digest("hex").slice(0, 16);
}

/**
 * Puts a comment before a rendered file that tells what it was rendered from and what it held then, so that
 * {@link isSealed} can tell whether it is still that without rendering it again.
 */
export function seal(body: string, source: unknown): string {
  return `${sealLine(body, source)}\n${body}`;
}

/** Whether a file is what was rendered from this source: neither older, nor edited, nor cut off. */
export function isSealed(text: string | undefined, source: unknown): boolean {
  if (text === undefined) return false;
  const end = text.indexOf("\n");
  return end !== -1 && text.slice(0, end) === sealLine(text.slice(end + 1), source);
}

function sealLine(body: string, source: unknown): string {
  return `# Rendered by cspace, ${hashOf(source)} ${hashOf(body)}; a change here is lost.`;
}
