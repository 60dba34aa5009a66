import ipaddr from "ipaddr.js";
import type { ComposeModel, ComposeNetwork, ComposeService } from "../model/compose-model.ts";
import { holds, hostPart, subnetPrefix } from "./subnets.ts";

/** A network that the user gave a subnet, and that gets one of the instance's own in its place. */
export interface MovedNetwork {
  /** The user's, in CIDR notation. */
  readonly subnet: string;
  /** How large the instance's own has to be, so that every address keeps its place in it. */
  readonly prefix: number;
}

/** A network whose subnet has to stay, so that only one instance can have it. */
export interface KeptNetwork {
  readonly subnets: readonly string[];
  /** What cannot be moved along, in one clause. */
  readonly why: string;
}

/** The networks with a subnet of the user's, by key. */
export interface FixedSubnets {
  readonly moved: Readonly<Record<string, MovedNetwork>>;
  readonly kept: Readonly<Record<string, KeptNetwork>>;
}

/** Texts of a service in which an address can be moved, since an override may replace them. */
const movable = ["environment", "command", "entrypoint", "dns", "extra_hosts", "healthcheck"] as const;

const addresses = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)/g;

/**
 * Decides which networks with an `ipam` of the user's get a subnet of the instance's own: those whose addresses stand only
 * where they can be moved along. Pure.
 *
 * @param mounted By path: the text of files that containers are given, which nobody rewrites. @default none
 */
export function planFixedSubnets(model: ComposeModel, mounted: Readonly<Record<string, string>> = {}): FixedSubnets {
  const moved: Record<string, MovedNetwork> = {};
  const kept: Record<string, KeptNetwork> = {};
  for (const [key, network] of Object.entries(model.networks ?? {})) {
    const subnets = fixedSubnets(network);
    if (network?.external === true || subnets.length === 0) continue;
    const why = whyKept(key, network, subnets, model, mounted);
    const [subnet] = subnets as [string];
    if (why === undefined) moved[key] = { subnet, prefix: neededPrefix(network, subnet, model) };
    else kept[key] = { subnets, why };
  }
  return { moved, kept };
}

function whyKept(
  key: string,
  network: ComposeNetwork,
  subnets: readonly string[],
  model: ComposeModel,
  mounted: Readonly<Record<string, string>>,
): string | undefined {
  if (network.driver !== undefined && network.driver !== "bridge") return `its driver is ${network.driver}`;
  const [subnet = "", ...more] = subnets;
  if (more.length > 0) return "it has several subnets";
  if (!ipaddr.IPv4.isValidCIDR(subnet)) return `${subnet} is no IPv4 network`;
  const file = Object.entries(mounted).find(([, text]) => addressesIn(text, subnet).length > 0);
  if (file !== undefined) return `${file[0]} names ${addressesIn(file[1], subnet)[0]}`;
  for (const [place, text] of textsOf(model, key)) {
    const [address] = addressesIn(text, subnet);
    if (address !== undefined) return `${place} names ${address}`;
  }
  return undefined;
}

/** The addresses of a subnet that a text names. */
function addressesIn(text: string, subnet: string): string[] {
  return (text.match(addresses) ?? []).filter((address) => holds(subnet, address));
}

/** Replaces every address of one subnet that a text names. */
export function replaceAddresses(text: string, subnet: string, replace: (address: string) => string): string {
  return text.replace(addresses, (address) => (holds(subnet, address) ? replace(address) : address));
}

/** The part of a service that an override can replace, with all addresses of a subnet replaced; only what differs. */
export function movedTexts(
  service: ComposeService,
  subnet: string,
  replace: (address: string) => string,
): Record<string, unknown> {
  const map = (value: unknown): unknown => {
    if (typeof value === "string") return replaceAddresses(value, subnet, replace);
    if (Array.isArray(value)) return value.map(map);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, map(one)]));
  };
  const changed = movable.flatMap((field): [string, unknown][] => {
    const value = service[field];
    const text = JSON.stringify(value) ?? "";
    return addressesIn(text, subnet).length === 0 ? [] : [[field, map(value)]];
  });
  return Object.fromEntries(changed);
}

function fixedSubnets(network: ComposeNetwork | null): string[] {
  const config = network?.ipam?.config ?? [];
  return config.flatMap((one) => {
    const { subnet } = (one ?? {}) as { readonly subnet?: unknown };
    return typeof subnet === "string" ? [subnet] : [];
  });
}

/** Every text of the model that cannot be moved along, and where it stands. */
function textsOf({ services, networks, volumes: _, ...rest }: ComposeModel, key: string): [string, string][] {
  const others = Object.fromEntries(Object.entries(networks ?? {}).filter(([name]) => name !== key));
  const fixed = Object.entries(services).map(([name, service]) => {
    const left = Object.entries(service).filter(([field]) => !(movable as readonly string[]).includes(field));
    const own = { ...service.networks?.[key], ipv4_address: "" };
    return [name, { ...Object.fromEntries(left), networks: { ...service.networks, [key]: own } }] as const;
  });
  return walk("", { ...rest, services: Object.fromEntries(fixed), networks: others });
}

function walk(place: string, value: unknown): [string, string][] {
  if (typeof value === "string") return [[place, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => walk(place === "" ? name : `${place}.${name}`, one));
}

/** The smallest network, from a /26 on, in which every address that is named has the place that it has now. */
function neededPrefix(network: ComposeNetwork, subnet: string, model: ComposeModel): number {
  const named = addressesIn(JSON.stringify([network.ipam, model.services]), subnet).map((one) => hostPart(subnet, one));
  const ranges = (network.ipam?.config ?? []).flatMap((one) => {
    const { ip_range: range } = one as { readonly ip_range?: string };
    if (range === undefined || !ipaddr.IPv4.isValidCIDR(range)) return [];
    return [hostPart(subnet, ipaddr.IPv4.broadcastAddressFromCIDR(range).toString())];
  });
  const last = Math.max(0, ...named, ...ranges);
  const own = Number(subnet.split("/")[1]);
  let prefix = subnetPrefix;
  // The last address of a network is for all of it.
  while (prefix > own && last >= 2 ** (32 - prefix) - 1) prefix -= 1;
  return Math.min(prefix, subnetPrefix);
}
