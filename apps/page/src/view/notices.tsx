import { type ComponentChildren, createContext, type VNode } from "preact";
import { useCallback, useContext, useState } from "preact/hooks";
import { Failure } from "./ask.ts";

interface Notice {
  readonly text: string;
  readonly command: string | null;
}

type Tell = (notice: Notice | null) => void;

const Notices = createContext<Tell>(() => undefined);

/** Shows what became of what was asked for. */
export function NoticeProvider({ children }: { readonly children: ComponentChildren }): VNode {
  const [notice, setNotice] = useState<Notice | null>(null);
  const tell = useCallback<Tell>((next) => setNotice(next), []);
  return (
    <Notices.Provider value={tell}>
      {children}
      <div class="notices" role="alert">
        {notice === null ? null : (
          <p class="notice">
            {notice.text}
            {notice.command === null ? null : <code>{notice.command}</code>}
            <button type="button" onClick={() => setNotice(null)}>
              Dismiss
            </button>
          </p>
        )}
      </div>
    </Notices.Provider>
  );
}

/** Does something, and tells when it fails; gives whether it is being done. */
export function useWork(): readonly [isBusy: boolean, run: (work: () => Promise<void>) => void] {
  const tell = useContext(Notices);
  const [isBusy, setBusy] = useState(false);
  const run = (work: () => Promise<void>): void => {
    setBusy(true);
    tell(null);
    work()
      .catch((error: Error) => tell({ text: error.message, command: error instanceof Failure ? error.command : null }))
      .finally(() => setBusy(false));
  };
  return [isBusy, run];
}
