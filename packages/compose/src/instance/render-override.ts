import { Document, isMap, type Pair, type Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { InstancePlan, ServiceOverride } from "./plan-instance.ts";

/** What an override remembers of its instance, under `x-cspace`. */
export interface InstanceRecord {
  readonly directory: string;
  readonly project: string;
  readonly instance: string;
  readonly projectName: string;
  readonly instanceName: string;
}

/**
 * Renders the override that goes over the user's compose files. `subnets` are by the network's key. Lists that must
 * replace the user's carry Compose's tags `!override` and `!reset`.
 *
 * @see https://docs.docker.com/reference/compose-file/merge/#reset-value
 */
export function renderOverride(
  plan: InstancePlan,
  options: { readonly record: InstanceRecord; readonly subnets: Readonly<Record<string, string>> },
): string {
  const keys = new Set([...Object.keys(options.subnets), ...Object.keys(plan.networks)]);
  const networks = Object.fromEntries(
    [...keys].map((key) => [
      key,
      {
        ...plan.networks[key],
        ...(options.subnets[key] === undefined ? {} : { ipam: { config: [{ subnet: options.subnets[key] }] } }),
      },
    ]),
  );
  const document = new Document({
    "x-cspace": escapeDollars(options.record),
    services: Object.fromEntries(Object.entries(plan.services).map(([name, service]) => [name, plainService(service)])),
    ...(keys.size > 0 ? { networks } : {}),
  });
  document.commentBefore = " Rendered by cspace on every start; it goes over the project's own compose files.";
  for (const [name, service] of Object.entries(plan.services)) tagService(document, name, service);
  return document.toString({ lineWidth: 0 });
}

/** Renders an override that holds nothing but the record of its instance. */
export function renderRecord(record: InstanceRecord): string {
  return new Document({ "x-cspace": escapeDollars(record) }).toString({ lineWidth: 0 });
}

function plainService(service: ServiceOverride): object {
  return {
    labels: escapeDollars(service.labels),
    environment: escapeDollars(service.environment),
    ...(Object.keys(service.networks).length > 0 ? { networks: service.networks } : {}),
    ...(service.ports === null ? {} : { ports: [...service.ports] }),
    ...Object.fromEntries(service.reset.map((key) => [key, null])),
  };
}

function tagService(document: Document, name: string, service: ServiceOverride): void {
  const map = document.getIn(["services", name]);
  if (!isMap(map)) return;
  for (const key of service.reset) tagValue(map, key, "!reset");
  if (service.ports !== null) tagValue(map, "ports", service.ports.length === 0 ? "!reset" : "!override");
}

function tagValue(map: YAMLMap, key: string, tag: string): void {
  const pair = map.items.find((item) => (item as Pair<Scalar>).key?.value === key) as Pair<Scalar, Scalar> | undefined;
  const value = pair?.value;
  if (value instanceof YAMLMap || value instanceof YAMLSeq || value !== undefined) {
    (value as { tag?: string }).tag = tag;
  }
}

/** Compose interpolates `$` in every value of every file, also in one that is an extension. */
function escapeDollars(values: Readonly<Record<string, string>> | InstanceRecord): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.replaceAll("$", "$$$$")]));
}
