import { expect, test } from "vitest";
import { containerFailed } from "../../src/instance/wait-for-instance.ts";
import { fakeContainer, fakeEngine } from "../fake-engine.ts";

const labels = { "com.docker.compose.service": "web" };
const exited = fakeContainer({ Labels: labels, State: "exited", Status: "Exited (0) 1 second ago" });

test("a container that ends with its engine is the engine's failure", async () => {
  const gone = Object.assign(new Error("the engine does not answer"), { code: "CSPACE_ENGINE_NOT_RUNNING" });
  const engine = { ...fakeEngine(), listNetworks: async () => Promise.reject(gone) };
  await expect(containerFailed(engine, exited)).rejects.toBe(gone);
});

test("one that ends by itself is its own", async () => {
  const error = await containerFailed(fakeEngine(), exited);
  expect(error).toMatchObject({
    code: "CSPACE_CONTAINER_FAILED",
    message: expect.stringContaining("web exited with code 0"),
  });
});
