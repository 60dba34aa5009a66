import { readlink } from "node:fs/promises";
import { join } from "node:path";
import { type GroupMember, readMembers } from "./read-members.ts";
import type { ProcessSystem } from "./system.ts";

/**
 * The descendants of a group that have left it and its session, and that belong to it all the same: a living parent leads
 * from each of them into the group, and they have not let go of its streams. One whose input and output are all nowhere is
 * meant to outlive who started it, a browser or an agent, with all that is below it; one whose parent has ended is not told
 * from any other process. Where the system does not tell the streams, the parents alone count.
 */
export async function readStrays(group: number, system: ProcessSystem): Promise<readonly GroupMember[]> {
  const members = (await readMembers(group, system)) ?? [];
  const strays: GroupMember[] = [];
  let tree = members.filter(({ isOwn }) => isOwn).map(({ pid }) => pid);
  while (tree.length > 0) {
    const parents = new Set(tree);
    const children = members.filter(({ isOwn, parent }) => !isOwn && parents.has(parent));
    const areDetached = await Promise.all(children.map(({ pid }) => isDetached(pid, system)));
    const kept = children.filter((_, index) => areDetached[index] === false);
    strays.push(...kept);
    tree = kept.map(({ pid }) => pid);
  }
  return strays;
}

/** What cannot be read is closed, or another user's: proc_pid_fd(5). */
async function isDetached(pid: number, { platform, procDir }: ProcessSystem): Promise<boolean> {
  if (platform !== "linux") return false;
  const streams = await Promise.all(
    ["0", "1", "2"].map((fd) => readlink(join(procDir, String(pid), "fd", fd)).catch(() => "/dev/null")),
  );
  return streams.every((stream) => stream === "/dev/null");
}
