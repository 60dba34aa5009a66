import { createPortFinder, findFreePort, isPortFree } from "@cspace/ports";
import { expect, test } from "vitest";
import { closedPort, listenTcp } from "./listen.ts";

test("the first free candidate wins", async () => {
  const taken = await listenTcp();
  const excluded = await closedPort();
  const free = await closedPort();
  expect(await createPortFinder()({ from: [taken, excluded, free], exclude: [excluded] })).toBe(free);
});

test("without a free candidate the system chooses", async () => {
  const taken = await listenTcp();
  const port = await findFreePort({ from: [taken] });
  expect(port).not.toBe(taken);
  expect(await isPortFree(port)).toBe("free");
});

test("concurrent calls get different ports", async () => {
  const find = createPortFinder();
  const from = [await closedPort()];
  const ports = await Promise.all(Array.from({ length: 50 }, () => find({ from })));
  expect(new Set(ports).size).toBe(50);
});

test("a port is given again after the reservation, not before", async () => {
  let time = 0;
  const find = createPortFinder({ reserveMs: 1_000, now: () => time });
  const from = [await closedPort()];
  expect(await find({ from })).toBe(from[0]);
  time = 999;
  expect(await find({ from })).not.toBe(from[0]);
  time = 1_000;
  expect(await find({ from })).toBe(from[0]);
});

test("a candidate that was taken is not held back once it is free", async () => {
  const find = createPortFinder();
  const port = await closedPort();
  await expect(find({ from: [port], hosts: ["203.0.113.1"] })).rejects.toMatchObject({ code: "EADDRNOTAVAIL" });
  expect(await find({ from: [port] })).toBe(port);
});

test("no port left is an error with a code", async () => {
  const exclude = Array.from({ length: 65_536 }, (_, port) => port);
  await expect(findFreePort({ exclude })).rejects.toMatchObject({
    name: "CspaceError",
    code: "CSPACE_NO_FREE_PORT",
    message: "no free port on 127.0.0.1 and ::1",
  });
});
