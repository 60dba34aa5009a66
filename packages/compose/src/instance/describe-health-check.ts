import type { EngineContainerDetail } from "../engine/docker-engine.ts";

/**
 * Says what a container's health check runs and how its last run ended, in one clause, then the last lines of what that
 * printed; "" where it has none.
 *
 * @see https://docs.docker.com/reference/dockerfile/#healthcheck
 */
export function describeHealthCheck({ Config, State }: Pick<EngineContainerDetail, "Config" | "State">): string {
  const [kind, ...words] = Config.Healthcheck?.Test ?? [];
  if (kind === undefined || State.Health === undefined) return "";
  const check = `its health check (${shorten(words.join(" "))})`;
  const last = State.Health.Log?.at(-1);
  if (last === undefined) return `${check} has not run yet`;
  if (last.ExitCode === 0) return `${check} passed the last time`;
  const lines = last.Output.split("\n").filter((line) => line.trim() !== "");
  const ended = last.ExitCode === -1 ? "did not end in time" : `exited with code ${last.ExitCode}`;
  if (lines.length === 0) return `${check} ${ended} and printed nothing`;
  return `${check} ${ended} and printed:\n${lines
    .slice(-5)
    .map((line) => `  ${line.trimEnd()}`)
    .join("\n")}`;
}

function shorten(command: string): string {
  const line = command.replace(/\s+/g, " ").trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
