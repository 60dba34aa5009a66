import type { Activity } from "@cspace/compose";

/** What is known of an instance at one moment; the time is in milliseconds, by any clock that only goes on. */
export interface ActivityLook {
  readonly at: number;
  readonly activity: Activity;
}

/** As much of one processor as an idle development server may take, which watches files. */
const idleShare = 0.1;

/** What an instance was used for between two looks; `null`: nobody used it. Pure. */
export function findUse(
  before: ActivityLook,
  now: ActivityLook,
): "a request" | "a stream" | "a command" | "work" | null {
  const { requests, open, connections, execs, cpuMs } = now.activity;
  // One that is new may be what a probe has left in the proxy, which it closes soon.
  const lasts = connections.some((one) => before.activity.connections.includes(one));
  if (open > 0 || lasts) return "a stream";
  // With a service or the proxy that was started anew, counts begin anew.
  if (requests !== before.activity.requests) return "a request";
  if (execs > 0) return "a command";
  const share = (cpuMs - before.activity.cpuMs) / Math.max(1, now.at - before.at);
  return share > idleShare || share < 0 ? "work" : null;
}
