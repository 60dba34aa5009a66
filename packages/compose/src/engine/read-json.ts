import { readFile } from "node:fs/promises";
import { CspaceError } from "@cspace/errors";
import type { ComposeErrorCode } from "../errors.ts";

/**
 * One of the files of Docker's command; `undefined` where there is none.
 *
 * @throws {CspaceError} `CSPACE_CONTEXT_UNKNOWN` when it is damaged.
 */
export async function readJson(path: string): Promise<Record<string, unknown> | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new CspaceError<ComposeErrorCode>("CSPACE_CONTEXT_UNKNOWN", `${path} is not valid JSON`, {
      hint: "mend that file, or set DOCKER_HOST",
      cause,
    });
  }
}
