/**
 * Whether output takes colours: by the flag, the environment, and whether a terminal reads it.
 *
 * @see https://no-color.org
 * @see https://force-color.org
 */
export function wantsColor(flag: boolean, env: NodeJS.ProcessEnv, isTTY: boolean | undefined): boolean {
  if (!flag || (env.NO_COLOR !== undefined && env.NO_COLOR !== "")) return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "")
    return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return isTTY === true && !isDumb(env);
}

/** Whether the terminal shows escape sequences as text, as an editor's does. */
export function isDumb({ TERM }: NodeJS.ProcessEnv): boolean {
  return TERM === "dumb";
}
