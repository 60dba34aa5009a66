/** Doubles every dollar, since Compose interpolates `$` in every value of every file. */
export function escapeDollars(text: string): string {
  return text.replaceAll("$", "$$$$");
}

/** What {@link escapeDollars} was given. */
export function unescapeDollars(text: string): string {
  return text.replaceAll("$$", "$");
}
