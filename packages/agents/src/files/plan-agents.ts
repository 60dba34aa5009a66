import { dirname, join } from "node:path";
import type { HomePaths } from "@cspace/compose";
import {
  buildPlan,
  type FileState,
  type Plan,
  type PlanStep,
  planDirectory,
  planFile,
  readDirectoryState,
  readFileState,
} from "@cspace/plan";
import type { AgentFile, AgentFileState, Harness } from "./agent-file.ts";
import { type AgentFacts, agentFiles } from "./agent-files.ts";
import { type AgentsRecord, readAgentsRecord } from "./agents-record.ts";

/** Options of {@link planAgents} and {@link planAgentsRemoval}. */
export interface PlanAgentsOptions extends AgentFacts {
  readonly paths: HomePaths;
  /** The project's directory, an absolute path. */
  readonly directory: string;
  /** Those that are told of cspace. @default all */
  readonly harnesses?: readonly Harness[] | undefined;
}

/** How something of cspace's is in a file. */
export interface AgentFileReport extends Pick<AgentFile, "harness" | "path" | "what" | "isLocal"> {
  readonly state: AgentFileState;
}

/** A change of a project's files, and what is kept of it. */
export interface AgentsPlan {
  readonly plan: Plan;
  readonly files: readonly AgentFileReport[];
  /** To be written before the plan is applied. */
  readonly record: AgentsRecord;
}

interface Looked {
  readonly file: AgentFile;
  readonly state: FileState;
  readonly text: string | null;
}

/** Reads how cspace is in the files of a directory. */
export async function readAgents(options: PlanAgentsOptions): Promise<readonly AgentFileReport[]> {
  return (await look(options)).map(({ file, text }) => report(file, file.look(text)));
}

/**
 * Plans that harnesses are told of cspace, with what is kept to undo it. What is the user's in its place stays as it is.
 *
 * @throws {CspaceError} `CSPACE_AGENT_FILE_INVALID`, and as `readFileState`.
 */
export async function planAgents(options: PlanAgentsOptions): Promise<AgentsPlan> {
  const { paths, directory } = options;
  const before = await readAgentsRecord(paths, directory);
  const looked = await look(options);
  const puts = looked.filter(({ file, text }) => ["absent", "outdated"].includes(file.look(text)));
  const changes = puts.map(({ file, state, text }) => ({ file, state, text, after: file.put(text) }));
  const missing = await findMissing(
    directory,
    changes.map(({ file }) => dirname(file.path)),
  );
  const steps = [
    ...missing.flatMap((path) => planDirectory({ kind: "missing", path: join(directory, path) }) ?? []),
    ...changes.flatMap(({ state, after }) => planFile(state, after) ?? []),
  ];
  const kept = (before?.files ?? []).filter(({ path }) => changes.every(({ file }) => file.path !== path));
  const files = changes.map(({ file, text, after }) => {
    const known = before?.files.find(({ path }) => path === file.path);
    // What was there before the first time is what it leads back to, as long as nobody has changed it since.
    const first = known !== undefined && known.after === text ? known.before : text === null ? null : file.take(text);
    return { path: file.path, before: first, after };
  });
  return {
    plan: buildPlan(steps),
    files: looked.map(({ file, text }) => report(file, file.look(text))),
    record: { directory, files: [...kept, ...files], folders: [...new Set([...(before?.folders ?? []), ...missing])] },
  };
}

/**
 * Plans that nothing of cspace's is left in the files of a directory: each is the same as before, to the byte, where nobody has
 * changed it since; else what is cspace's is taken out of it.
 *
 * @throws {CspaceError} `CSPACE_AGENT_FILE_INVALID`, and as `readFileState`.
 */
export async function planAgentsRemoval(options: PlanAgentsOptions): Promise<AgentsPlan> {
  const { paths, directory } = options;
  const record = await readAgentsRecord(paths, directory);
  // Whatever instance it was told of, and whether that is still there.
  const instance = options.instance ?? { project: "", instance: "", routes: [] };
  const looked = await look({ ...options, instance });
  const steps = looked.flatMap(({ file, state, text }): PlanStep[] => {
    if (text === null) return [];
    const known = record?.files.find(({ path }) => path === file.path);
    const rest = known !== undefined && known.after === text ? known.before : file.take(text);
    const step = planFile(state, rest);
    return step === undefined ? [] : [step];
  });
  const isAll = options.harnesses === undefined;
  const folders = isAll ? (record?.folders ?? []).toReversed() : [];
  const removals = folders.map(
    (path): PlanStep => ({ kind: "directory", path: join(directory, path), before: "", after: null, needsRoot: false }),
  );
  const there = await Promise.all(
    removals.map(async (step) => (await readDirectoryState(step.path)).kind === "directory"),
  );
  const taken = new Set(looked.map(({ file }) => file.path));
  const left = (record?.files ?? []).filter(({ path }) => !taken.has(path));
  return {
    plan: buildPlan([...steps, ...removals.filter((_, index) => there[index])]),
    files: looked.map(({ file, text }) => report(file, file.look(text))),
    record: { directory, files: left, folders: isAll ? [] : (record?.folders ?? []) },
  };
}

async function look({ directory, harnesses, ...facts }: PlanAgentsOptions): Promise<readonly Looked[]> {
  const wanted = agentFiles(facts).filter(({ harness }) => harnesses?.includes(harness) !== false);
  return await Promise.all(
    wanted.map(async (file) => {
      const state = await readFileState(join(directory, file.path));
      return { file, state, text: state.kind === "file" ? state.content : null };
    }),
  );
}

/** The folders that are missing, the outermost first. */
async function findMissing(directory: string, folders: readonly string[]): Promise<readonly string[]> {
  const all = new Set<string>();
  for (const folder of folders) {
    for (let path = folder; path !== "." && path !== ""; path = dirname(path)) {
      if ((await readDirectoryState(join(directory, path))).kind === "missing") all.add(path);
    }
  }
  return [...all].sort((a, b) => a.length - b.length);
}

const report = ({ harness, path, what, isLocal }: AgentFile, state: AgentFileState): AgentFileReport => ({
  ...{ harness, path, what, isLocal, state },
});
