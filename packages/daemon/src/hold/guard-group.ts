import { spawn } from "node:child_process";

/** Watches over one process group at a time. */
export interface GroupGuard {
  /** The group that is to end with this process; `null`: none. */
  readonly watch: (group: number | null) => void;
}

/**
 * Ends a process group when this process is killed, as no code of its own can: a shell waits for the end of a pipe that
 * this process alone holds open, and then tells the group to end. Windows has no groups, and no guard.
 */
export function createGroupGuard(platform: NodeJS.Platform): GroupGuard {
  let current: { readonly group: number; readonly end: () => void } | undefined;
  return {
    watch: (group) => {
      if (current?.group === group || platform === "win32") return;
      current?.end();
      current = group === null ? undefined : { group, end: startGuard(group) };
    },
  };
}

function startGuard(group: number): () => void {
  // https://pubs.opengroup.org/onlinepubs/9799919799/utilities/kill.html: dash knows `--` in this form alone.
  const script = 'cat >/dev/null; kill -s TERM -- "-$1"; sleep 5; kill -s KILL -- "-$1"';
  const guard = spawn("/bin/sh", ["-c", script, "sh", String(group)], {
    stdio: ["pipe", "ignore", "ignore"],
    // In a group of its own, so that it outlives whoever ends the daemon's.
    detached: true,
  });
  // A machine that starts no shell has none to guard with.
  guard.on("error", () => undefined);
  guard.stdin?.on("error", () => undefined);
  guard.unref();
  return () => {
    // The shell first: it is not to go on when its pipe ends.
    guard.kill("SIGKILL");
    guard.stdin?.destroy();
  };
}
