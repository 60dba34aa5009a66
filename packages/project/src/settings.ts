/** What a `.cspace.json` says; every part may be left out. `checkSettings` makes it from the file's text. */
export interface Settings {
  /** The JSON schema that an editor checks the file with; cspace does not read it. */
  readonly $schema?: string;
  /** The project's name as people write it. */
  readonly project?: string;
  /** Compose files in the order Compose merges them, relative to the file's directory. */
  readonly compose?: readonly string[];
  /** Files that a linked worktree gets from the main checkout where it has none, relative to the file's directory. */
  readonly copy?: readonly string[];
  /** By label: where each thing that people open is served. */
  readonly routes?: Readonly<Record<string, RouteSettings>>;
  /** What becomes of requests over HTTP. @default they are served as those over HTTPS are */
  readonly https?: "redirect";
  /**
   * Whether containers and processes are given the root of this machine's certificates, and variables that lead programs
   * to it. @default true
   */
  readonly trust?: boolean;
  /** How long nobody uses an instance until it goes to sleep: `30m`, `2h`, or `never`. @default as the machine's settings say */
  readonly idle?: string;
  /** How containers sleep: stopped, or frozen in their memory. @default "stop" */
  readonly sleep?: "stop" | "pause";
  /** One container, for a project without a compose file of its own. */
  readonly container?: ContainerSettings;
  /** By label: processes of the host that cspace starts. */
  readonly processes?: Readonly<Record<string, ProcessSettings>>;
}

/** Where one label is served. */
export type RouteSettings = ServiceRoute | ProcessRoute;

/** A label that a service of the compose file serves. */
export interface ServiceRoute {
  readonly service: string;
  /** The port inside the container, 1 to 65535. */
  readonly port: number;
  /** What the service speaks there. @default "https" on ports that end in 443, else what it turns out to speak */
  readonly scheme?: "http" | "https" | "h2c";
  /** Whether a client stays with the container that answered it first, where there are several. @default false */
  readonly sticky?: boolean;
  /** Whether cspace tells at `/.well-known/cspace` who answers, in place of the service. @default true */
  readonly wellKnown?: boolean;
  /** Names of environment variables that get the route's URL, for browsers: `VITE_API_URL`. */
  readonly env?: readonly string[];
}

/** A label that a process of `processes` serves, on the port it takes. */
export interface ProcessRoute {
  readonly process: string;
  /** As of a {@link ServiceRoute}. @default true */
  readonly wellKnown?: boolean;
  /** Names of environment variables that get the route's URL, for browsers: `VITE_API_URL`. */
  readonly env?: readonly string[];
}

/** The one container of a project without a compose file. */
export interface ContainerSettings {
  readonly image: string;
  readonly command?: string | readonly string[];
  /** The label of every port inside the container: `{ "3000": "dev" }`. */
  readonly ports: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A process of the host. */
export interface ProcessSettings {
  readonly command: string;
  /** Where it runs, relative to the file's directory. @default that directory */
  readonly cwd?: string;
  /** Whether it is started again when it ends by itself. @default "no" */
  readonly restart?: "always" | "on-failure" | "no";
  /** The port it is to have, 1 to 65535. @default a free one */
  readonly port?: number;
}
