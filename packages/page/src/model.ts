/** A route as the page shows it. */
export interface PageRoute {
  readonly label: string;
  /** For this machine's browsers; `null`: there is none now. */
  readonly url: string | null;
  readonly health: "up" | "starting" | "asleep" | "down";
  readonly reason: string | null;
  /** What serves it: `web at port 3000`, `the process api`. */
  readonly target: string;
}

/** An instance as the page shows it. */
export interface PageInstance {
  readonly project: string;
  readonly instance: string;
  readonly directory: string;
  readonly gone: boolean;
  readonly branch: string | null;
  /** RFC 3339. */
  readonly createdAt: string | null;
  readonly engine: "docker" | "gateway" | "mixed";
  readonly state: "running" | "partial" | "stopped" | "asleep";
  /** See `instanceHue` of @cspace/hostnames. */
  readonly hue: number;
  readonly routes: readonly PageRoute[];
  /** Services without a route, and how they are. */
  readonly services: readonly { readonly service: string; readonly state: string; readonly reason: string | null }[];
  readonly ports: readonly { readonly service: string; readonly port: number; readonly localAddress: string | null }[];
  /** What it uses, as far as that was looked for. */
  readonly stats: { readonly cpu: number; readonly memoryBytes: number; readonly volumeBytes: number | null } | null;
}

/** Something that is wrong with the machine. */
export interface PageFinding {
  readonly id: string;
  readonly status: "warn" | "fail" | "unknown";
  readonly message: string;
  /** What to type; `null`: nothing is known to help. */
  readonly command: string | null;
}

/** All that is shown. */
export interface PageState {
  readonly instances: readonly PageInstance[];
  /** Why what is shown may be old, in a sentence; `null`: it is not. */
  readonly trouble: string | null;
}

/** Which page it is: of everything, or of one instance. */
export interface PageView {
  readonly project: string | null;
  readonly instance: string | null;
}

/** What a page is rendered from, on the server and in the browser alike. */
export interface PageData {
  readonly state: PageState;
  readonly view: PageView;
  /** What a write has to carry. */
  readonly token: string;
}

/** What the page is told as things change. `hello` comes first, also after a break. */
export type PageEvent =
  | { readonly kind: "hello"; readonly token: string; readonly state: PageState }
  | {
      readonly kind: "change";
      readonly changed: readonly PageInstance[];
      readonly removed: readonly string[];
      readonly trouble: string | null;
    };

/** A line of a log. */
export interface PageLogLine {
  readonly source: string;
  readonly stream: "stdout" | "stderr" | "note";
  readonly line: string;
  readonly time: string | null;
}

/** A variable of an instance's environment; `null`: its value is shown when it is asked for. */
export interface PageVariable {
  /** The service whose containers have it; `null`: it is for programs beside them. */
  readonly service: string | null;
  readonly name: string;
  readonly value: string | null;
}

/** What may be done to an instance. */
export type PageAction = "stop" | "start" | "restart" | "down";

/** The name of an instance in lists. */
export const keyOf = ({ project, instance }: Pick<PageInstance, "project" | "instance">): string =>
  `${project}/${instance}`;
