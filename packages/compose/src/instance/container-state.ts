import type { EngineContainer } from "../engine/docker-engine.ts";
import { type ComposeService, restartPolicy, servicePorts } from "../model/compose-model.ts";

/** How far a container is: `pending` may still become `done`, `failed` will not by itself. */
export type Progress = "done" | "pending" | "failed";

/**
 * Tells how far one container is. Done means running and, with a healthcheck, healthy, or with neither that nor a
 * route, for a second; or exited 0 when its service is meant to end: no restart after success, no port and no route.
 */
export function containerProgress(container: EngineContainer, service: ComposeService, routed: boolean): Progress {
  switch (container.State) {
    case "running":
      if (readHealth(container) === "unhealthy") return "failed";
      if (readHealth(container) === "starting") return "pending";
      if (/\(healthy\)/.test(container.Status)) return "done";
      // One that cannot start mostly ends at once. Where nothing else proves that it runs, the first second has to.
      return !routed && isYoung(container) ? "pending" : "done";
    case "exited": {
      if (restartPolicy(service) === "always") return "pending";
      return exitCode(container) === 0 && !routed && servicePorts(service).length === 0 ? "done" : "failed";
    }
    case "dead":
      return "failed";
    default:
      return "pending";
  }
}

/** Whether a container runs and merely has not done so for long. */
export function isYoung(container: EngineContainer): boolean {
  return container.State === "running" && /^Up Less than a second$/.test(container.Status);
}

/** Whether a container was started so lately that what it runs may still be starting. */
export function isFresh(container: EngineContainer): boolean {
  return (
    container.State === "running" && /^Up (Less than a second|\d+ seconds?|About a minute)\b/.test(container.Status)
  );
}

/** What a container's health check says; `undefined` where it has passed, or there is none. */
export function readHealth({ State, Status }: EngineContainer): "starting" | "unhealthy" | undefined {
  if (State !== "running") return undefined;
  if (/\(unhealthy\)/.test(Status)) return "unhealthy";
  return /\(health: starting\)/.test(Status) ? "starting" : undefined;
}

/** Why a container does not do what it is there for, in one clause; `null` when it does, or has done it. */
export function whyNotServing(container: EngineContainer): string | null {
  const health = readHealth(container);
  if (health === "unhealthy") return "its health check fails";
  if (health === "starting") return "its health check has not passed yet";
  const code = exitCode(container);
  switch (container.State) {
    case "running":
      return null;
    case "restarting":
      return `keeps exiting${code === undefined ? "" : ` with code ${code}`}, and is restarted`;
    case "exited":
      if (wasStopped(container)) return "it was stopped";
      return code === 0 ? null : `exited with code ${code ?? "unknown"}`;
    case "created":
      return "was not started";
    default:
      return container.State === "dead" ? "is dead" : container.State;
  }
}

/** Whether a container ended because it was asked to: 128 and the number of SIGTERM, as a shell gives it. */
export function wasStopped(container: EngineContainer): boolean {
  return container.State === "exited" && exitCode(container) === 143;
}

/** The exit code that the engine's list shows, of a container that has exited. */
export function exitCode(container: EngineContainer): number | undefined {
  const match = /^(?:Exited|Restarting) \((\d+)\)/.exec(container.Status);
  return match === null ? undefined : Number(match[1]);
}

/** The Compose service of a container. */
export function serviceOf(container: EngineContainer): string {
  return container.Labels["com.docker.compose.service"] ?? "";
}

/** Whether a container is one of its service's, and not a single run (`docker compose run`). */
export function isServiceContainer(container: EngineContainer): boolean {
  return container.Labels["com.docker.compose.oneoff"] !== "True";
}
