import pc from "picocolors";

/** Where a command's words go. Results are data and go to stdout, everything else to stderr. */
export interface OutputOptions {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly json: boolean;
  readonly quiet: boolean;
  /** Whether stdout takes colours. */
  readonly color: boolean;
  /** Whether stderr does. @default color */
  readonly asideColor?: boolean;
  /** Whether stderr may be drawn over. @default whether it is a terminal */
  readonly live?: boolean;
}

/** Writes text or JSON to the streams it was given. */
export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  /** For results. */
  readonly style: ReturnType<typeof pc.createColors>;
  /** For everything else. */
  readonly asideStyle: ReturnType<typeof pc.createColors>;
  /** Whether progress may be drawn over. */
  readonly live: boolean;
  /** Where progress is drawn. */
  readonly stderr: OutputOptions["stderr"];
  readonly #options: OutputOptions;

  constructor(options: OutputOptions) {
    this.#options = options;
    this.json = options.json;
    this.quiet = options.quiet;
    this.stderr = options.stderr;
    this.style = pc.createColors(options.color);
    this.asideStyle = pc.createColors(options.asideColor ?? options.color);
    this.live = (options.live ?? options.stderr.isTTY === true) && !options.json && !options.quiet;
  }

  /** A result for people or scripts. */
  text(text: string): void {
    if (text !== "") this.#options.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  }

  /** A result as a document; `version` comes first. */
  document(data: object): void {
    this.#options.stdout.write(`${JSON.stringify({ version: 1, ...data }, null, 2)}\n`);
  }

  /** One line of JSON Lines. */
  line(data: object): void {
    this.#options.stdout.write(`${JSON.stringify({ version: 1, ...data })}\n`);
  }

  /** Something worth knowing that is no result. */
  note(text: string): void {
    if (!this.quiet) this.#options.stderr.write(`${this.asideStyle.dim("note")}   ${text}\n`);
  }

  /** Something that the user should look at, though the command goes on. */
  warn(text: string): void {
    this.#options.stderr.write(`${this.asideStyle.yellow("warn")}   ${text}\n`);
  }

  /** Words on the side, as they are. */
  aside(text: string): void {
    this.#options.stderr.write(text);
  }

  /** What failed, its code, and the next command to type. Lines that a message quotes come after the code. */
  failure(error: { readonly code: string; readonly message: string; readonly hint: string | undefined }): void {
    const { asideStyle: style } = this;
    const [, first = "", colon = "", quoted = ""] = /^(.*?)(:?)(\n.*)?$/s.exec(error.message) ?? [];
    this.#options.stderr.write(
      `${style.red("error")}  ${first} ${style.dim(`(${error.code})`)}${quoted === "" ? "" : colon}${quoted}\n`,
    );
    if (error.hint !== undefined) this.#options.stderr.write(`${style.cyan("hint")}   ${error.hint}\n`);
  }
}
