/** How much and how long the gateway takes of anybody; times are in milliseconds. */
export interface GatewayLimits {
  /** Bytes of a request's line and headers; more is answered with 431. @default 32_768 */
  readonly maxHeaderBytes: number;
  /** From the first byte of a request's headers to the last; longer is answered with 408. @default 10_000 */
  readonly headersTimeoutMs: number;
  /**
   * How long a connection may be open between two requests. A request that is under way, a stream or a WebSocket may be
   * silent for ever. @default 75_000
   */
  readonly idleTimeoutMs: number;
  /**
   * How long a peer may take nothing of what is held for it, a response or an upload, before it is given up. However
   * slowly it takes, it is waited for. @default 300_000
   */
  readonly stallTimeoutMs: number;
  /** For the connection to a process; longer is answered with 504. @default 3_000 */
  readonly dialTimeoutMs: number;
  /** How long a request waits for a process that is starting; then it is answered with 503. @default 30_000 */
  readonly startTimeoutMs: number;
  /** As `startTimeoutMs`, for one that sleeps: with it may have to start what it depends on. @default 120_000 */
  readonly wakeTimeoutMs: number;
  /** How long a browser that opens a page waits for it; then it is shown that it is starting, and asks again. @default 2_000 */
  readonly pageTimeoutMs: number;
  /** How long `close` lets requests and streams go on. @default 5_000 */
  readonly drainTimeoutMs: number;
}

export const defaultLimits: GatewayLimits = {
  maxHeaderBytes: 32_768,
  headersTimeoutMs: 10_000,
  idleTimeoutMs: 75_000,
  stallTimeoutMs: 300_000,
  dialTimeoutMs: 3_000,
  startTimeoutMs: 30_000,
  wakeTimeoutMs: 120_000,
  pageTimeoutMs: 2_000,
  drainTimeoutMs: 5_000,
};

/** A service may send longer headers than a client: policies, many cookies. */
export const maxResponseHeaderBytes = 262_144;

/** How long a client that is told to go, and has been sent all there was to send, may take to close. */
export const lingerMs = 2_000;

/** How long a closing gateway waits for the first request of a client that it has accepted. */
export const firstRequestMs = 1_000;

/**
 * How long a client that has closed its half is waited for until the response begins. Whether it has closed the other half
 * too, only a write can tell.
 */
export const halfClosedMs = 10_000;

/** As {@link halfClosedMs}, between two pieces of a response: nearly always the client has left a stream. */
export const halfClosedFlowMs = 1_000;
