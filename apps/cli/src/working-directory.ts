/** A directory that was removed under the shell is still named by `PWD`; the command then says that it is gone. */
export function readWorkingDirectory(env: NodeJS.ProcessEnv): string {
  try {
    return process.cwd();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return env.PWD ?? "/";
  }
}
