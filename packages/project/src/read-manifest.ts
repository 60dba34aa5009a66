import { join } from "node:path";
import { readText } from "./read-text.ts";

/** What is asked of a `package.json`; every part may be missing, or be something else than it should. */
export interface Manifest {
  readonly name?: unknown;
  readonly dependencies?: Readonly<Record<string, unknown>> | null;
  readonly devDependencies?: Readonly<Record<string, unknown>> | null;
  readonly scripts?: Readonly<Record<string, unknown>> | null;
  readonly packageManager?: unknown;
  readonly workspaces?: unknown;
}

/** The `package.json` of a directory; an empty one where there is none, or where it is not JSON. */
export async function readManifest(directory: string): Promise<Manifest> {
  const text = await readText(join(directory, "package.json"));
  try {
    const data: unknown = JSON.parse((text ?? "{}").replace(/^\uFEFF/, ""));
    return typeof data === "object" && data !== null ? data : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** The text of its `dev` script; `null` when there is none. */
export function devScriptOf({ scripts }: Manifest): string | null {
  return typeof scripts?.dev === "string" && scripts.dev.trim() !== "" ? scripts.dev : null;
}
