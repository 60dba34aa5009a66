import { expect, test } from "vitest";
import type { Identity } from "../../src/identity/identity.ts";
import { type CodeEvidence, judgeCode } from "../../src/verify/judge-code.ts";

const identity: Identity = {
  ...{ project: "shop", instance: "mercury", label: "dev", directory: "/home/ada/shop", branch: "feature" },
  ...{ commit: "0".repeat(40), dirty: false, startedAt: "2026-01-01T00:00:00Z", image: null, command: "vite" },
};
const good: CodeEvidence = {
  ...{ name: "dev.mercury.shop", instance: "mercury", isOwn: true, state: "running", health: "up", reason: null },
  ...{ show: (directory) => `<${directory}>`, expected: identity, told: { state: "told", identity }, intruder: null },
  code: { state: "same" },
};

test("what is served by its own directory, as it is on disk, is verified", () => {
  expect(judgeCode(good)).toEqual({ verified: true });
  // A port of this machine cannot be asked, and the engine or the daemon has said whose it is.
  expect(judgeCode({ ...good, told: { state: "unasked" } })).toEqual({ verified: true });
});

const main = { ...identity, directory: "/home/ada/shop-main", branch: "main" };

test.each<[what: string, change: Partial<CodeEvidence>, reason: string, hint: string]>([
  [
    "another directory's instance",
    { isOwn: false, expected: main },
    "dev.mercury.shop is served from </home/ada/shop-main>, branch main",
    "start an instance of this directory: cspace up",
  ],
  [
    "another directory's answer",
    { told: { state: "told", identity: { ...main, branch: null } } },
    "dev.mercury.shop is served from </home/ada/shop-main>",
    "cspace doctor",
  ],
  [
    "another route's answer",
    { told: { state: "told", identity: { ...identity, label: "api" } } },
    "dev.mercury.shop is served from </home/ada/shop>, branch feature",
    "cspace doctor",
  ],
  [
    "what sleeps",
    { state: "asleep", health: "asleep" },
    "dev.mercury.shop sleeps, so nobody answers yet",
    "cspace wake mercury",
  ],
  [
    "a port of somebody else",
    { intruder: { port: 3000, holder: "node (pid 12)" } },
    "port 3000 is held by node (pid 12), which cspace did not start",
    "end that, then: cspace restart --instance mercury",
  ],
  [
    "no proof",
    { told: { state: "untold", what: "it answers with 200" } },
    "nothing proves who answers under dev.mercury.shop: it answers with 200",
    "cspace doctor",
  ],
  ["nobody", { told: { state: "unknown" } }, "nobody is known to serve dev.mercury.shop", "cspace up mercury"],
  [
    "what is down",
    { health: "down", reason: "it has ended" },
    "dev.mercury.shop is down: it has ended",
    "cspace up mercury",
  ],
  ["what starts", { health: "starting" }, "dev.mercury.shop is still starting", "cspace up mercury"],
  [
    "changed files",
    { code: { state: "changed", path: "src/server.ts" } },
    "started before src/server.ts changed, and this server does not reload",
    "cspace restart --instance mercury",
  ],
  [
    "an old image",
    { code: { state: "unbuilt", path: "src/a.ts" } },
    "built before src/a.ts changed",
    "cspace up mercury --build",
  ],
  [
    "an image that was replaced",
    { code: { state: "older-image", image: "shop-web" } },
    "its container is of an older shop-web than the one that is there now",
    "cspace up mercury --recreate",
  ],
  [
    "other settings",
    { code: { state: "reconfigured", path: "compose.yaml" } },
    "dev.mercury.shop was started before compose.yaml said something else of it",
    "cspace up mercury",
  ],
])("%s is told", (_, change, reason, hint) => {
  expect(judgeCode({ ...good, ...change })).toEqual({ verified: false, reason, hint });
});
