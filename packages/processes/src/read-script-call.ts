/** What a command of a script runner comes to. */
export type ScriptCall =
  | {
      readonly kind: "script";
      /** The script's text. */
      readonly text: string;
      /** The words that the script gets already. */
      readonly words: readonly string[];
      /** Whether words for the script have to stand after `--`, and none does yet. */
      readonly needsDashes: boolean;
      /** Whether a `--` among the words reaches the script. */
      readonly keepsDashes: boolean;
    }
  | {
      readonly kind: "program";
      /** The words of a program of the project's packages that the runner starts. */
      readonly words: readonly string[];
    };

/** Flags and words with which a runner goes to another package, whose scripts are not known here. */
const elsewhere =
  /^(?:-w|-ws|--workspaces?|--prefix|-C|--dir|--cwd|--filter|-F|-r|--recursive|workspaces?)$|^--(?:workspace|prefix|dir|cwd|filter)=/;

/**
 * The script that the words of `npm`, `pnpm`, `yarn`, `bun`, `deno task` or `node --run` call; `null` when they call none, or one
 * that is not among the scripts.
 *
 * Only npm and Node take what follows the script's name for flags of their own and need `--` before the script's:
 *
 * @see https://docs.npmjs.com/cli/commands/npm-run
 * @see https://nodejs.org/api/cli.html#--run
 * @see https://pnpm.io/cli/run
 * @see https://yarnpkg.com/cli/run
 * @see https://bun.com/docs/cli/run
 * @see https://docs.deno.com/runtime/reference/cli/task/
 */
export function readScriptCall(words: readonly string[], scripts: Readonly<Record<string, string>>): ScriptCall | null {
  const [program, ...rest] = words;
  const runner = program === "node" && rest[0] === "--run" ? "node" : program;
  if (runner === undefined || !["npm", "pnpm", "yarn", "bun", "node", "deno"].includes(runner)) return null;
  const start = rest.findIndex((word) => !word.startsWith("-"));
  const first = rest[start];
  if (first === undefined || rest.some((word) => elsewhere.test(word))) return null;
  if (runner === "deno" && first !== "task") return null;
  const isRun = runner === "deno" || (["run", "run-script"].includes(first) && runner !== "node");
  const after = isRun ? rest.slice(start + 1) : rest.slice(start);
  const nameAt = after.findIndex((word) => !word.startsWith("-"));
  const name = after[nameAt];
  if (name === undefined || (runner === "npm" && !isRun && name !== "start")) return null;
  const tail = after.slice(nameAt + 1);
  const text = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
  if (text === undefined) {
    const runsPrograms = runner === "yarn" || runner === "pnpm" || (runner === "bun" && isRun);
    return runsPrograms ? { kind: "program", words: [name, ...tail] } : null;
  }
  const isDashed = runner === "npm" || runner === "node";
  const dashes = tail.indexOf("--");
  return {
    kind: "script",
    text,
    words: isDashed ? (dashes === -1 ? [] : tail.slice(dashes + 1)) : tail,
    needsDashes: isDashed && dashes === -1,
    keepsDashes: isDashed || runner === "pnpm",
  };
}
