/** What a simple command runs. */
export interface Program {
  /** Its name: without its folder, the extension of a script, and a version. */
  readonly name: string;
  /** The words of the command from the program on. */
  readonly words: readonly string[];
}

/** Commands that run the command after them; theirs are the flags before it. */
const wrappers: readonly string[] = [
  "asdf exec",
  "bun x",
  "bundle exec",
  "bunx",
  "command",
  "cross-env",
  "deno run",
  "env",
  "exec",
  "nice",
  "nohup",
  "npm exec",
  "npx",
  "pdm run",
  "pipenv run",
  "pnpm dlx",
  "pnpm exec",
  "pnpx",
  "poetry run",
  "time",
  "uv run",
  "volta run",
  "yarn dlx",
  "yarn exec",
];

/** Commands that run what is after `--`. */
const dashedWrappers: readonly string[] = [
  "doppler run",
  "dotenv",
  "dotenvx run",
  "infisical run",
  "mise exec",
  "mise x",
  "op run",
];

/**
 * The program of a simple command, behind assignments, wrappers (`npx`, `cross-env`, ...) and interpreters; `null` when
 * there is none.
 */
export function readProgram(words: readonly string[]): Program | null {
  const [first] = words;
  if (first === undefined) return null;
  if (/^[A-Za-z_]\w*=/.test(first)) return readProgram(words.slice(1));
  const dashed = dashedWrappers.find((wrapper) => startsWith(words, wrapper));
  if (dashed !== undefined && words.includes("--")) return readProgram(words.slice(words.indexOf("--") + 1));
  const wrapper = wrappers.find((one) => startsWith(words, one));
  if (wrapper !== undefined) return readProgram(withoutFlags(words.slice(wrapper.split(" ").length)));
  const name = nameOf(first);
  const interpreted = /^(?:node|php|ruby|python[\d.]*)$/.test(name) ? readInterpreted(name, words.slice(1)) : null;
  return interpreted ?? { name, words };
}

function startsWith(words: readonly string[], wrapper: string): boolean {
  return wrapper.split(" ").every((word, index) => words[index] === word);
}

function withoutFlags(words: readonly string[]): readonly string[] {
  const start = words.findIndex((word) => !word.startsWith("-"));
  return start === -1 ? [] : words.slice(start);
}

/** A file of the project is nobody's server, whatever its name, unless the name is a framework's own. */
function readInterpreted(interpreter: string, words: readonly string[]): Program | null {
  if (words[0] === "-m" && words[1] !== undefined) return { name: words[1], words: words.slice(1) };
  const rest = withoutFlags(words);
  const [file] = rest;
  if (file === undefined || rest.length !== words.length) return null;
  if (interpreter === "node" && !file.includes("node_modules/")) return null;
  return { name: nameOf(file), words: rest };
}

/** `./node_modules/.bin/vite`, `vite@7`, `npm:vite` and `vite.js` are all `vite`. */
function nameOf(word: string): string {
  const base = word
    .replace(/^npm:/, "")
    .replace(/^.*[/\\]/, "")
    .replace(/(?<=.)@.*$/, "");
  return base.replace(/\.(?:[cm]?js|cmd|exe|ps1)$/i, "");
}
