import type { PageData } from "@cspace/page/model";
import { useEffect, useState } from "preact/hooks";
import { applyEvent, type Live } from "./apply-event.ts";

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
