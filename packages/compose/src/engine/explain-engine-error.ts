import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { CspaceError } from "@cspace/errors";
import type { ComposeErrorCode } from "../errors.ts";

/** Tells from the system's error why an engine cannot be used, and what to type. Pure but for a look at `PATH`. */
export function explainEngineError(
  error: unknown,
  endpoint: string,
  options: { readonly env: NodeJS.ProcessEnv; readonly platform: NodeJS.Platform; readonly timeoutMs: number },
): CspaceError<ComposeErrorCode> {
  const code = (error as NodeJS.ErrnoException).code;
  const make = (kind: ComposeErrorCode, message: string, hint: string): CspaceError<ComposeErrorCode> =>
    new CspaceError(kind, message, { hint, cause: error });
  const start =
    options.platform === "linux"
      ? "start it: sudo systemctl start docker"
      : "start it: open Docker Desktop or OrbStack";
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      if (!isOnPath("docker", options.env)) {
        return make(
          "CSPACE_ENGINE_ABSENT",
          `no Docker engine is installed: ${endpoint} does not exist and there is no docker command`,
          "install Docker Engine or Docker Desktop: https://docs.docker.com/get-docker/",
        );
      }
      return make("CSPACE_ENGINE_NOT_RUNNING", `no Docker engine is running: ${endpoint} does not exist`, start);
    case "ECONNREFUSED":
      return make("CSPACE_ENGINE_NOT_RUNNING", `no Docker engine answers at ${endpoint}: connection refused`, start);
    case "ETIMEDOUT":
      return make(
        "CSPACE_ENGINE_NOT_RUNNING",
        `the Docker engine at ${endpoint} does not answer within ${options.timeoutMs / 1000} s`,
        "see whether it hangs: docker info; then restart it",
      );
    case "EACCES":
    case "EPERM":
      return make(
        "CSPACE_ENGINE_DENIED",
        `you may not use the Docker engine at ${endpoint}: permission denied`,
        'join its group, then log in again: sudo usermod -aG docker "$USER"',
      );
    default:
      return make(
        "CSPACE_ENGINE_NOT_RUNNING",
        `what answers at ${endpoint} is no working Docker engine: ${(error as Error).message}`,
        "see whether it works: docker info; then restart it",
      );
  }
}

function isOnPath(program: string, env: NodeJS.ProcessEnv): boolean {
  return (env.PATH ?? "").split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, program)));
}
