import { escapeDollars } from "../escape-dollars.ts";

/** A project without a compose file: one container that its settings describe. */
export interface ContainerSettings {
  readonly image: string;
  readonly command?: string | readonly string[] | undefined;
  /** The container's ports and the labels they are served under. */
  readonly ports: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** The service that `docker-compose.core.yml` consists of. */
export const coreService = "app";

/** Where the project's directory is mounted. */
export const coreWorkdir = "/workspace";

/**
 * Renders the compose file of a project that has none: its image, command and ports, with the project's directory
 * mounted, so that edits are seen at once. A command in one string is run by the image's shell.
 */
export async function renderCore(container: ContainerSettings, directory: string): Promise<string> {
  // Loaded on first use: most projects have a compose file of their own.
  const { stringify } = await import("yaml");
  const { image, command, ports, environment } = container;
  const service = {
    image: escapeDollars(image),
    working_dir: coreWorkdir,
    ...(command === undefined
      ? {}
      : { command: typeof command === "string" ? ["sh", "-c", escapeDollars(command)] : command.map(escapeDollars) }),
    ...(environment === undefined
      ? {}
      : {
          environment: Object.fromEntries(
            Object.entries(environment).map(([name, value]) => [name, escapeDollars(value)]),
          ),
        }),
    init: true,
    expose: Object.keys(ports),
    volumes: [{ type: "bind", source: escapeDollars(directory), target: coreWorkdir }],
  };
  return `# Rendered by cspace from "container" in .cspace.json.\n${stringify({ services: { [coreService]: service } })}`;
}
