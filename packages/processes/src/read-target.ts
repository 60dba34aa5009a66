/** A package of the workspace, to whose scripts a runner may be sent. */
export interface WorkspacePackage {
  readonly name: string;
  /** Its folder, relative to where the command runs, with `/` between its parts. */
  readonly folder: string;
  readonly scripts: Readonly<Record<string, string>>;
}

/** Programs that run scripts of a `package.json` by their names. */
export type ScriptRunner = "npm" | "pnpm" | "yarn" | "bun" | "node" | "deno" | "turbo";

/** The flags that send a runner to another package, by what their value is; `many` are those that send it to several. */
interface TargetFlags {
  readonly name?: readonly string[];
  readonly folder?: readonly string[];
  readonly many?: readonly string[];
  /** Whether words after the script's name are still the runner's. */
  readonly isDashed?: boolean;
}

/**
 * @see https://docs.npmjs.com/cli/using-npm/workspaces
 * @see https://pnpm.io/filtering
 * @see https://classic.yarnpkg.com/en/docs/cli#toc-cwd
 * @see https://bun.com/docs/cli/filter
 * @see https://docs.deno.com/runtime/reference/cli/task/
 * @see https://turborepo.dev/docs/reference/run
 */
const runners: Readonly<Record<ScriptRunner, TargetFlags>> = {
  npm: {
    name: ["-w", "--workspace"],
    folder: ["-C", "--prefix"],
    many: ["-ws", "--workspaces", "--include-workspace-root"],
    isDashed: true,
  },
  pnpm: { name: ["-F", "--filter"], folder: ["-C", "--dir"], many: ["-r", "--recursive"] },
  yarn: { folder: ["--cwd"] },
  bun: { folder: ["--cwd"], many: ["-F", "--filter", "--workspaces"] },
  node: { isDashed: true },
  deno: { folder: ["--cwd"], many: ["-f", "--filter", "-r", "--recursive"] },
  turbo: { name: ["-F", "--filter"], folder: ["--cwd"], isDashed: true },
};

/** Words before a script's name that are not it. */
const verbs = /^(?:run|run-script|task|exec)$/;

/** Where a runner is sent. */
export interface RunnerTarget {
  /** The runner's words without those that send it there. */
  readonly words: readonly string[];
  /** The name or the folder of the package; `null`: it stays where it is. */
  readonly to: string | null;
}

/** Whether a word is the name of a runner of scripts. */
export function isScriptRunner(word: string | undefined): word is ScriptRunner {
  return word !== undefined && Object.hasOwn(runners, word);
}

/** Reads to which package the words after a runner send it; `null` when to several, or it cannot be told. Pure. */
export function readTarget(runner: ScriptRunner, words: readonly string[]): RunnerTarget | null {
  const { name = [], folder = [], many = [], isDashed = false } = runners[runner];
  if (runner === "yarn" && words[0] === "workspaces") return null;
  if (runner === "yarn" && words[0] === "workspace") return { words: words.slice(2), to: words[1] ?? null };
  const kept: string[] = [];
  let to: string | null = null;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as string;
    const [, flag = "", joined] = /^(-[^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (many.includes(flag)) return null;
    if (flag === "--" || (flag === "" && !isDashed && !verbs.test(word))) {
      return { words: [...kept, ...words.slice(at)], to };
    }
    if (name.includes(flag) || folder.includes(flag)) {
      if (joined === undefined) at += 1;
      const value: string | undefined = joined ?? words[at];
      if (to !== null || value === undefined || /[*!^[]|\.{3}/.test(value)) return null;
      to = value;
    } else {
      kept.push(word);
    }
  }
  return { words: kept, to };
}

/** The folders that the words after a runner name. Pure. */
export function readTargetFolders(words: readonly string[]): string[] {
  const flags = new Set(Object.values(runners).flatMap(({ folder = [] }) => folder));
  return words.flatMap((word, at) => {
    const [flag = "", joined] = word.split(/=(.*)/s);
    const value = joined ?? words[at + 1];
    return flags.has(flag) && value !== undefined ? [value] : [];
  });
}

/**
 * The package that a name or a folder is of: its whole name, its name without the scope where only one has it, or the
 * folder, also as `./web` and `{web}`. Pure.
 */
export function findPackage(packages: readonly WorkspacePackage[], wanted: string): WorkspacePackage | undefined {
  const folder = wanted.replace(/^\{(.*)\}$/s, "$1").replace(/^(?:\.\/)+|\/+$/g, "");
  const exact = packages.find((one) => one.name === wanted) ?? packages.find((one) => one.folder === folder);
  if (exact !== undefined) return exact;
  const scopeless = packages.filter((one) => one.name.replace(/^@[^/]*\//, "") === wanted);
  return scopeless.length === 1 ? scopeless[0] : undefined;
}
