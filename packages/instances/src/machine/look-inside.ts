import { type DockerEngine, runInContainer } from "@cspace/compose";
import { within } from "@cspace/ports";
import type { LookInside } from "../describe/explain-silence.ts";

/** For one look, in milliseconds: what it tells is worth no more. */
const lookMs = 1000;

/** Looks into containers by way of an engine that is opened at the first look. */
export function createLookInside(open: () => Promise<Pick<DockerEngine, "execContainer">>): LookInside {
  return async (container) => {
    const look = async (): Promise<string | undefined> => {
      try {
        return await runInContainer(await open(), container, ["cat", "/proc/net/tcp", "/proc/net/tcp6"]);
      } catch {
        // It has ended, has no such program, or nobody may run one: then the reason stays a guess.
        return undefined;
      }
    };
    return await within(look(), lookMs);
  };
}
