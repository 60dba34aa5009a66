import type { EngineListOptions } from "./docker-engine.ts";
import type { EngineReader } from "./open-engine-reader.ts";

/**
 * An engine as it is at one moment: each thing is asked for once, when it is first needed, and every later question is
 * answered from that, filters by `label` and `name` included. It does not see what changes afterwards: whoever has waited,
 * or has changed something, asks the engine itself.
 *
 * @see https://docs.docker.com/reference/api/engine/version/v1.50/#tag/Container/operation/ContainerList
 * @example
 * ```ts
 * const now = snapshotEngine(engine);
 * await listContainerInstances({ engine: now, project: "shop" });
 * await listContainerInstances({ engine: now }); // no further request
 * ```
 */
export function snapshotEngine(engine: EngineReader): EngineReader {
  const containers = once(() => engine.listContainers({ all: true }));
  const networks = once(() => engine.listNetworks());
  const inspected = new Map<string, ReturnType<EngineReader["inspectContainer"]>>();
  return {
    endpoint: engine.endpoint,
    listContainers: async (options = {}) =>
      (await containers()).filter(
        ({ State, Labels, Names }) => (options.all === true || live.includes(State)) && passes(options, Labels, Names),
      ),
    listNetworks: async (options = {}) =>
      (await networks()).filter(({ Labels, Name }) => passes(options, Labels ?? {}, [Name])),
    inspectContainer: (idOrName) => {
      const answer = inspected.get(idOrName) ?? engine.inspectContainer(idOrName);
      inspected.set(idOrName, answer);
      return answer;
    },
  };
}

/** The states of the containers that the engine lists without `all`. */
const live: readonly string[] = ["running", "paused", "restarting"];

function passes(
  { filters = {} }: EngineListOptions,
  labels: Readonly<Record<string, string>>,
  names: readonly string[],
): boolean {
  const { label = [], name, ...others } = filters;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new TypeError(`a snapshot is not filtered by ${unknown}`);
  return (
    label.every((wanted) => {
      const [key = "", ...value] = wanted.split("=");
      return labels[key] !== undefined && (value.length === 0 || labels[key] === value.join("="));
    }) &&
    (name === undefined || name.some((part) => names.some((one) => one.includes(part))))
  );
}

function once<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let answer: Promise<Value> | undefined;
  return () => (answer ??= ask());
}
