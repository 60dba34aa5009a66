import type { Step } from "@cspace/compose";
import type { Spinner } from "yocto-spinner";
import type { Output } from "./output.ts";

/** Shows steps as they happen: one moving line on a terminal, plain lines elsewhere, nothing with `--json` or `--quiet`. */
export interface Progress {
  readonly onStep: (step: { readonly name: string; readonly status?: Step["status"]; readonly ms?: number }) => void;
  /** A word from below, such as a line of Compose's; shown beside the step on a terminal. */
  readonly onLine: (line: string) => void;
  readonly stop: () => void;
}

/** Makes the progress of one command; `verbose` prints the words from below as lines. */
export async function createProgress(output: Output, options: { readonly verbose: boolean }): Promise<Progress> {
  const { verbose } = options;
  const silent = output.json || output.quiet;
  const stream = output.stderr as NodeJS.WriteStream;
  const spinner: Spinner | undefined =
    // An interruption is `main`'s to handle: it says what happened, and locks are let go of.
    output.live && !verbose ? (await import("yocto-spinner")).default({ stream, handleSignals: false }) : undefined;
  let current = "";
  return {
    onStep: ({ name, status, ms }) => {
      if (silent) return;
      if (status === undefined) {
        current = name;
        spinner?.start(name);
        return;
      }
      if (status !== "done") {
        spinner?.stop();
        return;
      }
      const text = `${name.padEnd(8)} ${output.asideStyle.dim(`${ms} ms`)}`;
      // A step that asked for something began without a moving line.
      if (spinner?.isSpinning !== true) output.aside(`${output.asideStyle.green("done")}   ${text}\n`);
      else spinner.success(text);
    },
    onLine: (line) => {
      if (verbose) output.aside(`${output.asideStyle.dim(line)}\n`);
      else if (spinner?.isSpinning === true) spinner.text = `${current}  ${output.asideStyle.dim(line.slice(0, 60))}`;
    },
    stop: () => {
      spinner?.stop();
    },
  };
}
