import { resolveName } from "@cspace/ports";
import { expect, test } from "vitest";

const answers =
  (...addresses: string[]) =>
  async () =>
    addresses;
const fails = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

test("the system's resolver knows localhost", async () => {
  expect(await resolveName("localhost")).toBe("loopback");
});

test.each([
  ["loopback", ["127.0.0.1"]],
  ["loopback", ["::1", "127.42.0.1"]],
  ["loopback", ["::ffff:127.0.0.1"]],
  ["other", ["127.0.0.1", "203.0.113.1"]],
  ["other", ["fe80::1%en0"]],
  ["other", ["128.0.0.1"]],
  ["none", []],
])("%s: %j", async (resolution, addresses) => {
  expect(await resolveName("x.test", { lookup: answers(...addresses) })).toBe(resolution);
});

test.each([
  ["ENOTFOUND", "none"],
  ["ENODATA", "none"],
  ["EAI_AGAIN", "unknown"],
])("%s is %s", async (code, resolution) => {
  expect(await resolveName("x.test", { lookup: fails(code) })).toBe(resolution);
});

test("an abort rejects with its reason, and ends the lookup", async () => {
  const controller = new AbortController();
  const signals: AbortSignal[] = [];
  const answer = resolveName("x.test", {
    signal: controller.signal,
    lookup: (_, { signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    },
  });
  const reason = new Error("stop");
  controller.abort(reason);
  await expect(answer).rejects.toBe(reason);
  expect(signals[0]?.aborted).toBe(true);
  await expect(resolveName("x.test", { signal: controller.signal })).rejects.toBe(reason);
});

test("another error is thrown", async () => {
  await expect(resolveName("x.test", { lookup: fails("ENOMEM") })).rejects.toThrow("ENOMEM");
});

test("a resolver that does not answer in time is a timeout", async () => {
  expect(await resolveName("x.test", { timeoutMs: 20, lookup: () => new Promise(() => {}) })).toBe("timeout");
});
