import { resolve } from "node:path";
import type { Selection } from "@cspace/compose";
import type { Project } from "@cspace/project";
import type { Context } from "../options.ts";

/** What of its compose files an instance is to consist of; what is not said stays as it was said the last time. */
export interface AskedSelection {
  /** The profiles that are on. @default those of `COMPOSE_PROFILES`, else those of the last start */
  readonly profiles?: readonly string[] | undefined;
  /** Files of variables, in place of the project's `.env`. @default those of `COMPOSE_ENV_FILES`, else of the last start */
  readonly envFiles?: readonly string[] | undefined;
  /** By service: how many containers it has. @default as at the last start, else as the files say */
  readonly scale?: Readonly<Record<string, number>> | undefined;
}

/** What the options ask for, else the variables that Compose heeds. */
export function readAsked({ cwd, env }: Context, project: Project, options: AskedSelection): Selection {
  const envFiles = options.envFiles ?? listOf(env.COMPOSE_ENV_FILES);
  return {
    files: env.COMPOSE_FILE && project.settings.compose === undefined ? project.composeFiles : undefined,
    profiles: (options.profiles ?? listOf(env.COMPOSE_PROFILES))?.filter((name) => name !== ""),
    envFiles: envFiles?.filter((name) => name !== "").map((name) => resolve(cwd, name)),
    scale: options.scale,
  };
}

function listOf(text: string | undefined): string[] | undefined {
  return text?.split(",").map((one) => one.trim());
}
