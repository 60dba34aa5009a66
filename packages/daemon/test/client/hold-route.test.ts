import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import type { DaemonClient, Lease } from "../../src/client/daemon-client.ts";
import { holdRoute } from "../../src/client/hold-route.ts";

type Client = Pick<DaemonClient, "lease">;

/** A daemon that answers each call in turn: with a lease, that the label is taken, or not at all. */
function daemon(answers: readonly ("lease" | "taken" | "gone")[]) {
  const ports: number[] = [];
  const released: number[] = [];
  const ends: (() => void)[] = [];
  const rest = [...answers];
  const client: Client = {
    lease: async ({ port }) => {
      ports.push(port);
      const answer = rest.shift() ?? "lease";
      if (answer === "gone") throw new Error("nobody is there");
      if (answer === "taken") return undefined;
      const lost = new Promise<void>((resolve) => ends.push(resolve));
      return { lost, release: () => void released.push(port) } satisfies Lease;
    },
  };
  return { client, ports, released, die: () => ends.at(-1)?.() };
}

const record = { project: "shop", instance: "mercury" } as never;

async function hold(first: Client, serve: () => Promise<Client>) {
  const failures: string[] = [];
  const onFailure = (reason: string): void => void failures.push(reason);
  const request = { record, label: "web", command: "x", port: 1000 };
  return { failures, held: await holdRoute({ request, client: first, serve, onFailure, pauseMs: 1 }) };
}

const soon = (): Promise<void> => setTimeout(100);

test("a label that is taken is not held", async () => {
  const one = daemon(["taken"]);
  expect((await hold(one.client, async () => one.client)).held).toBeUndefined();
});

test("it is taken anew from the next daemon, and nothing is said when that works", async () => {
  const [one, other] = [daemon(["lease"]), daemon(["gone", "taken", "lease"])];
  const { held, failures } = await hold(one.client, async () => other.client);
  one.die();
  await soon();
  expect(other.ports).toEqual([1000, 1000, 1000]);
  expect(failures).toEqual([]);
  held?.release();
  await soon();
  expect(other.released).toEqual([1000]);
});

test("a failure is said once, and tried again", async () => {
  const [one, other] = [daemon(["lease"]), daemon([])];
  let tries = 0;
  const { failures } = await hold(one.client, async () => {
    tries += 1;
    if (tries < 8) throw new Error("no port");
    return other.client;
  });
  one.die();
  await setTimeout(500);
  expect(failures).toEqual(["no port"]);
  expect(other.ports).toEqual([1000]);
});

test("another port is held with the same daemon, also when that has not missed the first one yet", async () => {
  const one = daemon(["lease", "taken", "lease"]);
  const { held, failures } = await hold(one.client, async () => {
    throw new Error("it is asked for no other");
  });
  held?.lead(1001);
  await soon();
  expect(one.ports).toEqual([1000, 1001, 1001]);
  expect(one.released).toEqual([1000]);
  expect(failures).toEqual([]);
});

test("nothing is taken once it is released", async () => {
  const one = daemon(["lease"]);
  const { held } = await hold(one.client, async () => one.client);
  held?.release();
  await soon();
  one.die();
  await soon();
  expect(one.ports).toEqual([1000]);
  expect(one.released).toEqual([1000]);
});
