import type { Instance } from "../documents.ts";

/** Whether every route of an instance answers, and by its hostname. */
export function isSettled({ routes }: Instance): boolean {
  return routes.every(({ health, browserUrl, localUrl }) => health === "up" && browserUrl !== localUrl);
}
