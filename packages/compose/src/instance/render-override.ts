import type { Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { escapeDollars } from "../escape-dollars.ts";
import { seal } from "../home/seal.ts";
import { type OverrideOptions, overrideSource } from "./override-source.ts";
import type { InstancePlan, ServiceOverride } from "./plan-instance.ts";
import type { InstanceRecord } from "./record.ts";

/**
 * Renders the override that goes over the user's compose files. `subnets` are by the network's key. Lists that must
 * replace the user's carry Compose's tags `!override` and `!reset`.
 *
 * @see https://docs.docker.com/reference/compose-file/merge/#reset-value
 */
export async function renderOverride(plan: InstancePlan, options: OverrideOptions): Promise<string> {
  // Loaded on first use: an instance that is as planned is not rendered again.
  const { Document, isMap } = await import("yaml");
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
    "x-cspace": escapeValues(options.record),
    services: Object.fromEntries(Object.entries(plan.services).map(([name, service]) => [name, plainService(service)])),
    ...(keys.size > 0 ? { networks } : {}),
    ...(Object.keys(plan.volumes).length > 0 ? { volumes: plan.volumes } : {}),
  });
  for (const [name, service] of Object.entries(plan.services)) {
    const map = document.getIn(["services", name]);
    if (isMap(map)) tagService(map, service);
  }
  return seal(document.toString({ lineWidth: 0 }), overrideSource(plan, options));
}

/** Renders an override that holds nothing but the record of its instance. */
export async function renderRecord(record: InstanceRecord): Promise<string> {
  const { Document } = await import("yaml");
  return new Document({ "x-cspace": escapeValues(record) }).toString({ lineWidth: 0 });
}

function plainService(service: ServiceOverride): object {
  const { image, tags } = service.image ?? {};
  return {
    ...(image === undefined ? {} : { image }),
    ...(tags === undefined ? {} : { build: { tags: [...tags] } }),
    labels: escapeValues(service.labels),
    environment: escapeValues(service.environment),
    ...(Object.keys(service.networks).length > 0 ? { networks: service.networks } : {}),
    ...(service.ports === null ? {} : { ports: [...service.ports] }),
    // Both, for where the user's file says the one or the other, they must not differ.
    ...(service.scale === undefined ? {} : { scale: service.scale, deploy: { replicas: service.scale } }),
    ...Object.fromEntries(service.reset.map((key) => [key, null])),
  };
}

function tagService(map: YAMLMap, service: ServiceOverride): void {
  for (const key of service.reset) tagValue(map, key, "!reset");
  if (service.replacesLabels) tagValue(map, "labels", "!override");
  if (service.ports !== null) tagValue(map, "ports", service.ports.length === 0 ? "!reset" : "!override");
}

function tagValue(map: YAMLMap, key: string, tag: string): void {
  const pair = (map.items as Pair<Scalar, Scalar | YAMLMap | YAMLSeq>[]).find((item) => item.key.value === key);
  if (pair?.value != null) pair.value.tag = tag;
}

function escapeValues(values: Readonly<Record<string, string>> | InstanceRecord): Record<string, string> {
  const entries = Object.entries<string | undefined>({ ...values });
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, escapeDollars(value)]])),
  );
}
