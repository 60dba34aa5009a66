import type { Instance } from "../documents.ts";

/** Whether every route of an instance answers, and by its hostname, unless its own server refuses that. */
export function isSettled({ routes }: Pick<Instance, "routes">): boolean {
  return routes.every(
    ({ health, browserUrl, localUrl, refused }) => health === "up" && (browserUrl !== localUrl || refused.length > 0),
  );
}
