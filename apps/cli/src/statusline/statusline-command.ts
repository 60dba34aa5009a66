/** What cspace reads out of the command of a status line that is its own. */
export interface OwnCommand {
  /** The command without what calls cspace: it begins with ` statusline`. In the JSON text's own spelling. */
  readonly rest: string;
  /** The command that works beside, in the JSON text's own spelling. */
  readonly beside: string | undefined;
}

/**
 * Reads the inner text of a JSON string, as it is spelled there; `undefined` when its command does not call
 * `cspace statusline`, or does more than that.
 */
export function readOwnCommand(body: string): OwnCommand | undefined {
  const words = splitWords(body);
  const at = words?.findIndex(({ value }) => value === "statusline") ?? -1;
  if (words === undefined || !callsCspace(words.slice(0, at === -1 ? 0 : at).map(({ value }) => value)))
    return undefined;
  const program = words[at - 1] as Word;
  // The first one: what follows it may be a command of that very name.
  const flag = words.findIndex(({ value }, index) => index > at && value === "--beside");
  return { rest: body.slice(program.end), beside: flag === -1 ? undefined : words[flag + 1]?.raw };
}

/** The inner text of a JSON string for `program statusline --beside '<beside>'`; every escape of `beside` stays. */
export function writeBeside(program: string, beside: string): string {
  const quoted = splitCharacters(beside).map(({ raw, value }) => (value === "'" ? `'\\\\${raw}'` : raw));
  return `${escapeJson(program)} statusline --beside '${quoted.join("")}'`;
}

/** As {@link writeBeside}, with the rest of a command that was cspace's already. */
export function writeRest(program: string, rest: string): string {
  return `${escapeJson(program)}${rest}`;
}

/** A word that a POSIX shell reads as exactly `text`. */
export function quoteWord(text: string): string {
  return bareWord.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

const bareWord = /^[\w@%+=:,./-]+$/;

/** A word of a shell command: its spelling without quotes, its value, and where it ends. */
interface Word {
  readonly raw: string;
  readonly value: string;
  readonly end: number;
}

interface Character {
  readonly raw: string;
  readonly value: string;
}

/** The text of a JSON string, one escape or character each. */
function splitCharacters(body: string): Character[] {
  const raws = body.match(/\\u[\da-fA-F]{4}|\\.|[^\\]/gs) ?? [];
  return raws.map((raw) => ({ raw, value: raw.length === 1 ? raw : JSON.parse(`"${raw}"`) }));
}

/** The words of a command of plain words, single quotes and `\'`; `undefined` for anything that a shell might expand. */
function splitWords(body: string): Word[] | undefined {
  const words: Word[] = [];
  let word: { raw: string; value: string } | undefined;
  let quoted = false;
  let escaped = false;
  let offset = 0;
  const finish = (): void => {
    if (word !== undefined) words.push({ ...word, end: offset });
    word = undefined;
  };
  for (const { raw, value } of splitCharacters(body)) {
    if (!quoted && !escaped && value === " ") finish();
    else {
      word ??= { raw: "", value: "" };
      if (!escaped && value === "'") quoted = !quoted;
      else if (!quoted && !escaped && value === "\\") escaped = true;
      else if (quoted || (escaped ? value === "'" : bareWord.test(value))) {
        word = { raw: word.raw + raw, value: word.value + value };
        escaped = false;
      } else return undefined;
    }
    offset += raw.length;
  }
  if (quoted || escaped) return undefined;
  finish();
  return words;
}

/** Whether a word names cspace: a program, its script, its package. */
export function namesCspace(word: string): boolean {
  return /(^|[\\/])cspace(\.js|\.cmd)?$|^@cspace\/cli(@[\w.-]+)?$/.test(word);
}

/** Whether these words call cspace: by itself, through Node, or through npx. */
function callsCspace(words: readonly string[]): boolean {
  const [runner, ...flags] = words.slice(0, -1);
  if (!namesCspace(words.at(-1) ?? "")) return false;
  if (runner === undefined) return true;
  if (/^(npx|bunx|pnpx)$/.test(runner)) return flags.every((flag) => flag.startsWith("-"));
  return flags.length === 0 && /^(\/|[A-Za-z]:[\\/]|node$)/.test(runner);
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
