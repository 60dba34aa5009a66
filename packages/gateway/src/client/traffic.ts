import type { Field } from "../http/fields.ts";

/** What has been asked of a route. */
export interface RouteTraffic {
  /** How many requests, streams and tunnels are under way. */
  readonly open: number;
  /** How many have ended. */
  readonly ended: number;
}

/** The header by which cspace asks how a route is: such a request is nobody's use of it. */
const probeHeader = "x-cspace-probe";

/** Whether a request only asks how a route is. */
export const isProbe = (fields: readonly Pick<Field, "key">[]): boolean =>
  fields.some(({ key }) => key === probeHeader);

/** Counts what is asked of each route, by its mark. */
export class Traffic {
  readonly #routes = new Map<string, { open: number; ended: number }>();

  /** Somebody asks; gives what tells that this is over, once. */
  enter(mark: string, fields: readonly Pick<Field, "key">[]): () => void {
    if (mark === "" || isProbe(fields)) return () => undefined;
    const counted = this.#routes.get(mark) ?? { open: 0, ended: 0 };
    this.#routes.set(mark, counted);
    counted.open += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      counted.open -= 1;
      counted.ended += 1;
    };
  }

  read(): ReadonlyMap<string, RouteTraffic> {
    return new Map([...this.#routes].map(([mark, counted]) => [mark, { ...counted }]));
  }
}
