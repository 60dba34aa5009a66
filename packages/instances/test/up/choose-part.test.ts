import type { HeldRoute } from "@cspace/daemon";
import { expect, test } from "vitest";
import { choosePart, processesOf } from "../../src/up/choose-part.ts";
import type { PreparedStart } from "../../src/up/prepare-start.ts";

const model = { services: { app: { ports: [{ target: 3000 }] }, db: {} } };
const start = (targets: readonly string[], settings = {}): PreparedStart =>
  ({
    targets,
    record: { instance: "mercury" },
    project: { settings },
    stack: { model: Promise.resolve({ model }) },
    processes: [{ label: "side" }],
  }) as unknown as PreparedStart;

test("a label is what serves it, and nothing named is all", async () => {
  const settings = { routes: { web: { service: "app", port: 3000 } } };
  expect(await choosePart(start([]))).toEqual({ services: undefined, processes: undefined });
  expect(await choosePart(start(["web", "side"], settings))).toEqual({ services: ["app"], processes: ["side"] });
  expect(await choosePart(start(["db"]))).toEqual({ services: ["db"], processes: [] });
  await expect(choosePart(start(["sied"]))).rejects.toMatchObject({
    code: "CSPACE_LABEL_UNKNOWN",
    hint: expect.stringContaining("did you mean side?"),
  });
});

test("processes beside a part go on as they are", () => {
  const all = [{ label: "a" }, { label: "b" }, { label: "c" }];
  const held = [
    { label: "b", state: "up" },
    { label: "c", state: "stopped" },
  ] as HeldRoute[];
  expect(processesOf(all, { processes: ["a"] }, held)).toEqual([{ label: "a" }, { label: "b" }]);
  expect(processesOf(all, { processes: undefined }, [])).toEqual(all);
});
