import { keyOf, type PageEvent, type PageState } from "@cspace/page/model";

/** What the page knows now, and whether it is told of changes. */
export interface Live {
  readonly state: PageState;
  readonly token: string;
  readonly isConnected: boolean;
}

/** What is known after an event. Pure. */
export function applyEvent(live: Live, event: PageEvent): Live {
  if (event.kind === "hello") return { state: event.state, token: event.token, isConnected: true };
  const changed = new Map(event.changed.map((one) => [keyOf(one), one]));
  const removed = new Set(event.removed);
  const kept = live.state.instances.filter((one) => !removed.has(keyOf(one)));
  const known = new Set(kept.map(keyOf));
  const instances = [
    ...kept.map((one) => changed.get(keyOf(one)) ?? one),
    ...event.changed.filter((one) => !known.has(keyOf(one))),
  ].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return { ...live, state: { instances, trouble: event.trouble }, isConnected: true };
}
