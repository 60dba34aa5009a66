import type { PageAction, PageInstance } from "@cspace/page/model";
import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { read, write } from "./ask.ts";
import { useWork } from "./notices.tsx";

interface ActionsProps {
  readonly one: PageInstance;
  readonly token: string;
}

/** What may be done to an instance. */
export function Actions({ one, token }: ActionsProps): VNode {
  const [isBusy, run] = useWork();
  const names = { project: one.project, instance: one.instance };
  const act = (action: PageAction, more: object = {}): void =>
    run(() => write<void>(`/api/${action}`, token, { ...names, ...more }));
  const isRunning = one.state === "running" || one.state === "partial";
  const name = `${one.instance} of ${one.project}`;
  return (
    <fieldset class="actions" aria-label={`Actions for ${name}`} aria-busy={isBusy}>
      {isRunning ? (
        <>
          <button type="button" disabled={isBusy} onClick={() => act("restart")} aria-label={`Restart ${name}`}>
            Restart
          </button>
          <button type="button" disabled={isBusy} onClick={() => act("stop")} aria-label={`Stop ${name}`}>
            Stop
          </button>
        </>
      ) : (
        <button type="button" disabled={isBusy} onClick={() => act("start")} aria-label={`Start ${name}`}>
          Start
        </button>
      )}
      <Down name={name} names={names} isBusy={isBusy} onDown={(volumes) => act("down", { volumes })} />
    </fieldset>
  );
}

interface DownProps {
  readonly name: string;
  readonly names: { readonly project: string; readonly instance: string };
  readonly isBusy: boolean;
  readonly onDown: (volumes: boolean) => void;
}

/** Removes an instance, after it is said what goes. */
function Down({ name, names, isBusy, onDown }: DownProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [, run] = useWork();
  const [volumes, setVolumes] = useState<readonly string[]>([]);
  const [goes, setGoes] = useState(false);
  const ask = (): void =>
    run(async () => {
      setGoes(false);
      setVolumes((await read<{ volumes: readonly string[] }>("/api/down", names)).volumes);
      dialog.current?.showModal();
    });
  const title = `down-${names.project}-${names.instance}`;
  return (
    <>
      <button type="button" class="danger" disabled={isBusy} onClick={ask} aria-label={`Remove ${name}`}>
        Remove
      </button>
      <dialog ref={dialog} aria-labelledby={title}>
        <h2 id={title}>Remove {name}?</h2>
        <p>Its containers, processes and networks go. Its URLs come back with the next start.</p>
        {volumes.length === 0 ? (
          <p>It has no volumes.</p>
        ) : (
          <>
            <p>Its volumes hold its data, and stay unless you say otherwise:</p>
            <ul>
              {volumes.map((volume) => (
                <li key={volume}>
                  <code>{volume}</code>
                </li>
              ))}
            </ul>
            <label>
              <input type="checkbox" checked={goes} onInput={({ currentTarget }) => setGoes(currentTarget.checked)} />{" "}
              Remove the volumes too
            </label>
          </>
        )}
        <div class="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button
            type="button"
            class="danger"
            onClick={() => {
              dialog.current?.close();
              onDown(goes);
            }}
          >
            {goes ? "Remove it and its data" : "Remove it"}
          </button>
        </div>
      </dialog>
    </>
  );
}
