import type { ComposeService } from "@cspace/compose";
import { expect, test } from "vitest";
import { containerProgress, exitCode } from "../../src/instance/container-state.ts";
import { fakeContainer } from "../fake-engine.ts";

const job: ComposeService = {};
const server: ComposeService = { ports: [{ target: 80 }] };
const always: ComposeService = { restart: "unless-stopped" };
const never: ComposeService = { restart: "no" };
const swarm: ComposeService = { restart: "no", deploy: { restart_policy: { condition: "any" } } };

test.each([
  ["running", "Up 3 seconds", job, false, "done"],
  ["running", "Up Less than a second", job, false, "pending"],
  ["running", "Up Less than a second", server, true, "done"],
  ["running", "Up Less than a second (healthy)", job, false, "done"],
  ["running", "Up 3 seconds (healthy)", server, true, "done"],
  ["running", "Up 3 seconds (health: starting)", server, true, "pending"],
  ["running", "Up 3 minutes (unhealthy)", server, true, "failed"],
  ["exited", "Exited (0) 2 seconds ago", job, false, "done"],
  ["exited", "Exited (0) 2 seconds ago", never, false, "done"],
  ["exited", "Exited (0) 2 seconds ago", job, true, "failed"],
  ["exited", "Exited (0) 2 seconds ago", server, false, "failed"],
  ["exited", "Exited (1) 2 seconds ago", job, false, "failed"],
  ["exited", "Exited (137) 2 seconds ago", job, false, "failed"],
  ["exited", "Exited (0) 2 seconds ago", always, false, "pending"],
  ["exited", "Exited (1) 2 seconds ago", swarm, false, "pending"],
  ["created", "Created", job, false, "pending"],
  ["restarting", "Restarting (1) 1 second ago", always, false, "pending"],
  ["paused", "Up 3 seconds (Paused)", server, true, "pending"],
  ["removing", "Removal In Progress", job, false, "pending"],
  ["dead", "Dead", job, false, "failed"],
] as const)("%s, %s: %o, routed %s: %s", (State, Status, service, routed, progress) => {
  expect(containerProgress(fakeContainer({ State, Status }), service, routed)).toBe(progress);
});

test("a job that Docker starts again only after a failure is done when it exited 0, and has failed when all its tries did", () => {
  const done = fakeContainer({ State: "exited", Status: "Exited (0) 2 seconds ago" });
  const failed = fakeContainer({ State: "exited", Status: "Exited (1) 2 seconds ago" });
  for (const service of [{ restart: "on-failure" }, { restart: "on-failure:3" }] as const) {
    expect(containerProgress(done, service, false)).toBe("done");
    expect(containerProgress(failed, service, false)).toBe("failed");
  }
});

test("the exit code is read from the engine's words", () => {
  expect(exitCode(fakeContainer({ Status: "Exited (143) About a minute ago" }))).toBe(143);
  expect(exitCode(fakeContainer({ Status: "Up 3 seconds" }))).toBeUndefined();
});
