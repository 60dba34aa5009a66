const brand: unique symbol = Symbol.for("cspace.error") as never;

/** What an error carries beside its message. */
export interface CspaceErrorOptions {
  /** The next command to type, or the next thing to do; no final full stop. */
  readonly hint?: string | undefined;
  /** What was caught, when this error explains another one. */
  readonly cause?: unknown;
}

/**
 * The one error class of cspace. The message says what failed and names the offender; the hint says what to do next.
 *
 * `Code` is the closed union of codes of the package that throws it, so callers can switch on it.
 *
 * @example
 * ```ts
 * throw new CspaceError("CSPACE_PORT_TAKEN", "port 80 on 127.0.0.1 is taken by nginx", {
 *   hint: "stop it, or let cspace choose: cspace proxy up --http-port auto",
 * });
 * ```
 */
export class CspaceError<Code extends `CSPACE_${string}` = `CSPACE_${string}`> extends Error {
  readonly code: Code;
  readonly hint: string | undefined;

  constructor(code: Code, message: string, options: CspaceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    Object.defineProperty(this, brand, { value: true });
  }

  override get name(): string {
    return "CspaceError";
  }
}

/**
 * Whether a caught value is a {@link CspaceError}, also one made by another copy of this package.
 *
 * @example
 * ```ts
 * isCspaceError(new CspaceError("CSPACE_X", "x")); //=> true
 * isCspaceError(new Error("x")); //=> false
 * ```
 */
export function isCspaceError(value: unknown): value is CspaceError {
  return typeof value === "object" && value !== null && brand in value;
}
