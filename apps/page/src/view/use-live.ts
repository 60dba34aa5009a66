import { keyOf, type PageData, type PageEvent, type PageState } from "@cspace/page/model";
import { useEffect, useState } from "preact/hooks";

/** What the page knows now, and whether it is told of changes. */
export interface Live {
  readonly state: PageState;
  readonly token: string;
  readonly isConnected: boolean;
}

/** Follows what runs, from what the page was rendered with. A page that nobody sees asks for nothing. */
export function useLive({ state, token }: PageData): Live {
  const [live, setLive] = useState<Live>({ state, token, isConnected: true });
  useEffect(() => {
    let source: EventSource | undefined;
    const open = (): void => {
      source?.close();
      source = new EventSource("/api/events");
      source.onmessage = ({ data }) => setLive((before) => applyEvent(before, JSON.parse(data)));
      // The browser tries again by itself, but for what it takes for an answer.
      source.onerror = () => {
        setLive((before) => ({ ...before, isConnected: false }));
        if (source?.readyState === EventSource.CLOSED) setTimeout(open, 2000);
      };
    };
    const onVisible = (): void => {
      if (document.visibilityState === "visible") open();
      else source?.close();
    };
    open();
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      document.removeEventListener("visibilitychange", onVisible);
      source?.close();
    };
  }, []);
  return live;
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
