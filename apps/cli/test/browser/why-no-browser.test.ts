import { expect, test } from "vitest";
import { whyNoBrowser } from "../../src/browser/why-no-browser.ts";

const ssh = "this is a session over SSH";
const display = "there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set)";

test.each<[NodeJS.Platform, NodeJS.ProcessEnv, string | undefined]>([
  ["linux", { DISPLAY: ":0" }, undefined],
  ["linux", { WAYLAND_DISPLAY: "wayland-0" }, undefined],
  ["linux", {}, display],
  ["linux", { DISPLAY: "", WAYLAND_DISPLAY: "" }, display],
  ["freebsd", {}, display],
  ["freebsd", { DISPLAY: ":0" }, undefined],
  ["linux", { WSL_DISTRO_NAME: "Debian" }, undefined],
  ["linux", { WSL_INTEROP: "/run/WSL/8_interop" }, undefined],
  ["linux", { WSL_DISTRO_NAME: "Debian", SSH_TTY: "/dev/pts/1" }, ssh],
  ["linux", { DISPLAY: "localhost:10.0", SSH_CONNECTION: "10.0.0.1 50000 10.0.0.2 22" }, ssh],
  ["linux", { SSH_CLIENT: "10.0.0.1 50000 22" }, ssh],
  ["linux", { DISPLAY: ":0", SSH_CONNECTION: "", SSH_AUTH_SOCK: "/run/agent" }, undefined],
  ["darwin", {}, undefined],
  ["darwin", { SSH_CONNECTION: "10.0.0.1 50000 10.0.0.2 22" }, ssh],
  ["win32", {}, undefined],
  ["win32", { SSH_CONNECTION: "10.0.0.1 50000 10.0.0.2 22" }, ssh],
  ["android", {}, undefined],
])("%s %j: %s", (platform, env, reason) => {
  expect(whyNoBrowser({ platform, env })).toBe(reason);
});
