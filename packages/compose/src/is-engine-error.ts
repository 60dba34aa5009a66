import { type CspaceError, isCspaceError } from "@cspace/errors";
import type { ComposeErrorCode } from "./errors.ts";

/** The codes that say that there is no usable engine, or no usable Compose beside it. */
export type EngineErrorCode = Extract<
  ComposeErrorCode,
  `CSPACE_ENGINE_${string}` | "CSPACE_CONTEXT_UNKNOWN" | "CSPACE_COMPOSE_MISSING" | "CSPACE_COMPOSE_OLD"
>;

const engineErrorCodes: Readonly<Record<EngineErrorCode, true>> = {
  CSPACE_COMPOSE_MISSING: true,
  CSPACE_COMPOSE_OLD: true,
  CSPACE_CONTEXT_UNKNOWN: true,
  CSPACE_ENGINE_ABSENT: true,
  CSPACE_ENGINE_DENIED: true,
  CSPACE_ENGINE_NOT_RUNNING: true,
  CSPACE_ENGINE_OLD: true,
  CSPACE_ENGINE_REMOTE: true,
};

/**
 * Whether a caught value says that there is no usable engine, as against one that something went wrong on.
 *
 * @example
 * ```ts
 * isEngineError(new CspaceError("CSPACE_ENGINE_ABSENT", "no Docker engine is installed")); //=> true
 * isEngineError(new CspaceError("CSPACE_COMPOSE_FAILED", "docker compose up failed")); //=> false
 * ```
 */
export function isEngineError(error: unknown): error is CspaceError<EngineErrorCode> {
  return isCspaceError(error) && Object.hasOwn(engineErrorCodes, error.code);
}
