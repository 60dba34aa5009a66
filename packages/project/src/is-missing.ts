/** Whether an error of `node:fs` says that a path is not there, rather than that it cannot be read. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
