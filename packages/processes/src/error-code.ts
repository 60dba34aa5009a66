/** The `code` of a caught system error (`"EACCES"`, `"ENOENT"`, ...); `undefined` for anything else. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** What `read` gives, or the fallback when it fails with one of the expected codes. */
export async function readOr<Value>(
  fallback: Value,
  codes: readonly string[],
  read: () => Promise<Value>,
): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (codes.includes(errorCode(error) ?? "")) return fallback;
    throw error;
  }
}
