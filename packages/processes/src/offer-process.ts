import type { LiveFacts } from "./live-facts.ts";
import type { StartedProcess } from "./start-process.ts";
import type { ProcessHandOver } from "./supervised-process.ts";

/** What is offered: the process that runs, and what its supervisor does when it is taken. */
export interface OfferOptions {
  readonly live: LiveFacts;
  /** The one that was started last. */
  readonly started: () => StartedProcess | null;
  /** The port that it was given. */
  readonly port: () => number;
  /** Ends the supervision, and nothing else. */
  readonly leave: () => Promise<void>;
  /** Called when nobody knows any more who goes on with it, and with what ends that. */
  readonly onOffer: (settled: Promise<void>) => void;
}

/** Offers a process to another supervisor; `null` when it was told to end. Nothing is started until it is settled. */
export async function offerProcess(options: OfferOptions): Promise<ProcessHandOver | null> {
  const { live, leave, onOffer } = options;
  // When one runs, or none will before a while is over.
  await live.until(({ pid, isOver, stop }) => pid !== null || isOver || stop !== "no");
  const { pid, address, hadItsTime, stop } = live.now;
  if (stop !== "no") return null;
  const started = pid === null ? null : options.started();
  const streams = await started?.streams;
  streams?.hold();
  let settle = (): void => undefined;
  onOffer(
    new Promise((resolve) => {
      settle = resolve;
    }),
  );
  return {
    running:
      started === null || streams === undefined
        ? null
        : { pid: started.pid, port: options.port(), address, hadItsTime, sockets: streams.sockets },
    keep: () => {
      streams?.resume();
      settle();
    },
    letGo: async () => {
      const over = leave();
      settle();
      await over;
    },
  };
}
