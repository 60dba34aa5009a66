import type { Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { escapeDollars } from "../escape-dollars.ts";
import { seal } from "../home/seal.ts";
import type { ComposeService } from "../model/compose-model.ts";
import { movedTexts, replaceAddresses } from "../networks/plan-fixed-subnets.ts";
import { moveAddress } from "../networks/subnets.ts";
import { type OverrideOptions, overrideSource } from "./override-source.ts";
import type { InstancePlan, ServiceOverride } from "./plan-instance.ts";
import { type TrustMount, trustFolder } from "./plan-trust.ts";
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
    [...keys].map((key) => {
      const subnet = options.subnets[key];
      return [key, { ...plan.networks[key], ...(subnet === undefined ? {} : { ipam: planIpam(plan, key, subnet) }) }];
    }),
  );
  const document = new Document({
    "x-cspace": escapeValues(options.record),
    services: Object.fromEntries(
      Object.entries(plan.services).map(([name, service]) => {
        const moved = moveService(plan, name, options.subnets);
        return [name, mergeMoved(plainService(service), moved)];
      }),
    ),
    ...(keys.size > 0 ? { networks } : {}),
    ...(Object.keys(plan.volumes).length > 0 ? { volumes: plan.volumes } : {}),
  });
  for (const [name, service] of Object.entries(plan.services)) {
    const map = document.getIn(["services", name]);
    if (isMap(map)) tagService(map, service);
  }
  for (const key of Object.keys(plan.fixedSubnets.moved)) {
    const ipam = document.getIn(["networks", key, "ipam"]);
    if (isMap(ipam)) tagValue(ipam, "config", "!override");
  }
  return seal(document.toString({ lineWidth: 0 }), overrideSource(plan, options));
}

/** Renders an override that holds nothing but the record of its instance. */
export async function renderRecord(record: InstanceRecord): Promise<string> {
  const { Document } = await import("yaml");
  return new Document({ "x-cspace": escapeValues(record) }).toString({ lineWidth: 0 });
}

/** Addresses in the place of the user's: each keeps its place in the network. */
function planIpam({ fixedSubnets, model }: InstancePlan, key: string, subnet: string): object {
  const moved = fixedSubnets.moved[key];
  if (moved === undefined) return { config: [{ subnet }] };
  const [config = {}] = (model.networks?.[key]?.ipam?.config ?? []) as Record<string, unknown>[];
  const { subnet: _, ip_range: __, ...rest } = config;
  const move = (value: unknown): unknown =>
    typeof value === "string"
      ? replaceAddresses(value, moved.subnet, (address) => moveAddress(address, moved.subnet, subnet))
      : Object.fromEntries(Object.entries(value ?? {}).map(([name, one]) => [name, move(one)]));
  const further = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, move(value)]));
  return { config: [{ subnet, ...further, ...movedRange(config.ip_range, moved.subnet, subnet) }] };
}

/** What the engine gives by itself stays where it was, so that no fixed address is taken. */
function movedRange(range: unknown, from: string, to: string): object {
  if (typeof range !== "string") return {};
  const [first = "", prefix = ""] = range.split("/");
  return { ip_range: `${moveAddress(first, from, to)}/${prefix}` };
}

/** What an override says of a service because addresses that it names are moved. */
function moveService(
  { fixedSubnets, model }: InstancePlan,
  name: string,
  subnets: Readonly<Record<string, string>>,
): MovedService {
  let service = model.services[name] as ComposeService;
  let texts: Record<string, unknown> = {};
  const networks: Record<string, { ipv4_address: string }> = {};
  for (const [key, { subnet }] of Object.entries(fixedSubnets.moved)) {
    const own = subnets[key];
    if (own === undefined) continue;
    const address = service.networks?.[key]?.ipv4_address;
    if (address !== undefined) networks[key] = { ipv4_address: moveAddress(address, subnet, own) };
    texts = { ...texts, ...movedTexts(service, subnet, (one) => moveAddress(one, subnet, own)) };
    service = { ...service, ...texts };
  }
  return { texts, networks };
}

interface MovedService {
  readonly texts: Readonly<Record<string, unknown>>;
  readonly networks: Readonly<Record<string, { readonly ipv4_address: string }>>;
}

function mergeMoved(plain: PlainService, { texts, networks }: MovedService): object {
  const keys = [...new Set([...Object.keys(plain.networks ?? {}), ...Object.keys(networks)])];
  const merged = Object.fromEntries(keys.map((key) => [key, { ...plain.networks?.[key], ...networks[key] }]));
  return {
    ...plain,
    ...texts,
    environment: { ...(texts.environment as object | undefined), ...plain.environment },
    ...(keys.length > 0 ? { networks: merged } : {}),
  };
}

/** @see https://docs.docker.com/reference/compose-file/services/#long-syntax-6 */
function trustMount({ folder, isConfined }: TrustMount): object {
  const source = escapeDollars(folder);
  // Shared: one folder is for the containers of many. Compose asks for a label only where a path may be made.
  const bind = isConfined ? { create_host_path: true, selinux: "z" } : { create_host_path: false };
  return { type: "bind", source, target: trustFolder, read_only: true, bind };
}

interface PlainService {
  readonly environment: Readonly<Record<string, string>>;
  readonly networks?: Readonly<Record<string, object>>;
  readonly [field: string]: unknown;
}

function plainService(service: ServiceOverride): PlainService {
  const { image, tags } = service.image ?? {};
  return {
    ...(image === undefined ? {} : { image }),
    ...(tags === undefined ? {} : { build: { tags: [...tags] } }),
    labels: escapeValues(service.labels),
    environment: escapeValues(service.environment),
    ...(Object.keys(service.networks).length > 0 ? { networks: service.networks } : {}),
    ...(service.trust === undefined ? {} : { volumes: [trustMount(service.trust)] }),
    ...(service.ports === null ? {} : { ports: [...service.ports] }),
    // Both, for where the user's file says the one or the other, they must not differ.
    ...(service.scale === undefined ? {} : { scale: service.scale, deploy: { replicas: service.scale } }),
    ...Object.fromEntries(service.reset.map((key) => [key, null])),
  };
}

function tagService(map: YAMLMap, service: ServiceOverride): void {
  for (const key of service.reset) tagValue(map, key, "!reset");
  if (service.replacesLabels) tagValue(map, "labels", "!override");
  for (const key of ["dns", "extra_hosts"]) tagValue(map, key, "!override");
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
