import { connect } from "node:net";
import { localUrl, probeLocal } from "@cspace/ports";
import type { Listener } from "./parse-listen-table.ts";
import { readListeners } from "./read-listeners.ts";
import { type ProcessSystem, thisSystem } from "./system.ts";

/** Where a process is reached on this machine. */
export interface ProcessAddress {
  readonly port: number;
  /** The address to dial. */
  readonly host: "127.0.0.1" | "::1";
  /** The family of that address. */
  readonly family: 4 | 6;
}

/** What {@link findAddress} looks for. */
export interface AddressQuestion {
  /** The group, which is also the pid of its leader; or a process that leads none. */
  readonly group: number;
  /** The port that the process was given. */
  readonly port: number;
  /** Whether another port will do as well; until then only the one that was given counts. */
  readonly anyPort: boolean;
  readonly signal?: AbortSignal;
}

/** What was found: where the process is reached, and whether it listens at all. */
export interface FoundAddress {
  readonly address: ProcessAddress | null;
  readonly isListening: boolean;
}

/** Ports on which tools listen beside their server: Node's inspector and the web sockets of Vite's middleware mode. */
const helperPorts: ReadonlySet<number> = new Set([9229, 9230, 9231, 24_678]);

/**
 * Where a group is reached now: at the port that it was given when it listens there, else, where any will do, at one
 * that speaks HTTP, the lowest first. Where the system does not tell who listens, whoever answers at that port is it.
 */
export async function findAddress(
  question: AddressQuestion,
  system: ProcessSystem = thisSystem,
): Promise<FoundAddress> {
  const { group, port, anyPort, signal } = question;
  const listeners = await readListeners(group, system);
  if (listeners === null) {
    const address = await reach(port, ["127.0.0.1", "::1"], signal);
    return { address, isListening: address !== null };
  }
  const ports = [...new Set(listeners.map((listener) => listener.port))];
  const isListening = ports.length > 0;
  const given = ports.includes(port) ? await reachListeners(port, listeners, signal) : null;
  if (given !== null || !anyPort) return { address: given, isListening };
  const others: ProcessAddress[] = [];
  for (const other of ports) {
    const address = await reachListeners(other, listeners, signal);
    if (address !== null) others.push(address);
  }
  const ranks = new Map<ProcessAddress, number>();
  for (const address of others) ranks.set(address, await rank(address, signal));
  const [best = null] = others.sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
  return { address: best, isListening };
}

async function rank(address: ProcessAddress, signal: AbortSignal | undefined): Promise<number> {
  if (helperPorts.has(address.port)) return 2;
  const url = localUrl([{ hostIp: address.host, hostPort: address.port }]) ?? "";
  return (await probeLocal(url, { timeoutMs: 1_000, signal })) === "up" ? 0 : 1;
}

function reachListeners(
  port: number,
  listeners: readonly Listener[],
  signal: AbortSignal | undefined,
): Promise<ProcessAddress | null> {
  const bound = listeners.filter((listener) => listener.port === port).map(({ address }) => address);
  // Who listens on all addresses of IPv6 mostly listens on those of IPv4 as well; a connection tells.
  const isV4 = bound.some((address) => address !== "::1");
  const isV6 = bound.some((address) => address === "::1" || address === "::");
  return reach(port, [...(isV4 ? ["127.0.0.1" as const] : []), ...(isV6 ? ["::1" as const] : [])], signal);
}

async function reach(
  port: number,
  hosts: readonly ProcessAddress["host"][],
  signal: AbortSignal | undefined,
): Promise<ProcessAddress | null> {
  for (const host of hosts) {
    if (await accepts(port, host, signal)) return { port, host, family: host === "::1" ? 6 : 4 };
  }
  return null;
}

/** Whether a connection is accepted within a second. The socket's own `signal` would leave a listener behind each time. */
function accepts(port: number, host: string, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const finish = (accepted: boolean): void => {
      signal?.removeEventListener("abort", onAbort);
      socket.destroy();
      resolve(accepted);
    };
    const onAbort = (): void => finish(false);
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
    socket.setTimeout(1_000, () => finish(false));
    socket.once("connect", () => finish(true));
    socket.on("error", () => finish(false));
  });
}
