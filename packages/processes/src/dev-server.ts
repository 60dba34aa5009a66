/** A flag that tells a server its port or its address. */
export interface ServerFlag {
  /** Its spellings: a command that has one of them says it already. */
  readonly names: readonly string[];
  /** What is added, word by word; `{port}`, `{host}` and `{proxyPort}` stand for the values. */
  readonly words: readonly string[];
}

/** How a development server is told where to listen and which hostnames are its own. */
export interface DevServer {
  readonly name: string;
  /** The vendor's page that the row is taken from. */
  readonly source: string;
  /** The programs that start it. */
  readonly programs: readonly string[];
  /** Words of which its command line has one when it serves; an empty one: it serves without any. */
  readonly serves: readonly string[];
  /** Words with which it does something else. */
  readonly others?: readonly string[];
  readonly flags: readonly ServerFlag[];
  /**
   * What a flag means that is given twice: `last`, the last one counts; `refused`, none does, or the command fails, so a
   * command that has the flag keeps its own.
   */
  readonly repeated: "last" | "refused";
  /** A flag that is added once for each domain, with `.<domain>` as its value. */
  readonly domainFlag?: string;
  /** What lets it answer under a domain where no flag and no variable does; `{domain}` stands for that. */
  readonly hostsSetting?: string;
  /** Variables that it needs beside those that every process gets. */
  readonly env?: Readonly<Record<string, string>>;
}
