import type { DockerEngine } from "./docker-engine.ts";
import { framedChunks } from "./framed-chunks.ts";

/**
 * Runs a program in a container that runs, and gives what it wrote to its standard output.
 *
 * @throws the engine's error, where the container does not run. That there is no such program in it gives "".
 */
export async function runInContainer(
  engine: Pick<DockerEngine, "execContainer">,
  container: string,
  command: readonly string[],
): Promise<string> {
  let output = "";
  for await (const { name, text } of framedChunks(await engine.execContainer(container, command))) {
    if (name === "stdout") output += text;
  }
  return output;
}
