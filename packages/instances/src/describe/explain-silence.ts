import { type Listener, parseListenTable } from "@cspace/processes";

/** Gives Linux's tables of the sockets in a container; `undefined` where nobody can look. */
export type LookInside = (container: string) => Promise<string | undefined>;

/** What is known of a route that no service answers on. */
export interface SilentRoute {
  /** Inside the container. */
  readonly port: number;
  readonly container: string | undefined;
  /** What the proxy answered in the service's place; `null`: nothing came in time. */
  readonly status: number | null;
  readonly lookInside: LookInside | undefined;
}

/** Tells why nobody answers on a route whose container runs, in one clause, from what listens in there. */
export async function explainSilence({ port, container, status, lookInside }: SilentRoute): Promise<string> {
  const table = container === undefined ? undefined : await lookInside?.(container);
  const listeners = table === undefined || table === "" ? undefined : parseListenTable(table);
  const own = listeners?.filter((listener) => listener.port === port) ?? [];
  if (listeners === undefined || own.some(isOpen)) {
    if (status === null) return `it has not answered on port ${port} in time`;
    return own.length === 0
      ? `nothing answers on port ${port} in its container; does it listen there, and on 0.0.0.0?`
      : `it listens on port ${port}, and its answer is no HTTP`;
  }
  const [only] = own;
  if (only !== undefined) return `it listens on ${place(only)} inside its container; make it 0.0.0.0`;
  const others = [...new Set(listeners.map(place))];
  const rest = others.length === 0 ? "" : `; it listens on ${others.join(", ")}`;
  return `nothing listens on port ${port} in its container${others.length === 0 ? " yet" : rest}`;
}

const isOpen = ({ address }: Listener): boolean => address === "0.0.0.0" || address === "::";

function place({ address, port }: Listener): string {
  if (isOpen({ address, port })) return String(port);
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}
