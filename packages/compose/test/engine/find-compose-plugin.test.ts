import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findComposePlugin } from "../../src/engine/find-compose-plugin.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

test("the user's own plugin goes before the machine's, below DOCKER_CONFIG where that is set", async () => {
  const home = await temporaryDirectory();
  for (const folder of [".docker", "config"]) {
    await mkdir(join(home, folder, "cli-plugins"), { recursive: true });
    await writeFile(join(home, folder, "cli-plugins", "docker-compose"), "");
  }
  expect(findComposePlugin({}, home)).toBe(join(home, ".docker/cli-plugins/docker-compose"));
  const env = { DOCKER_CONFIG: join(home, "config") };
  expect(findComposePlugin(env, home)).toBe(join(home, "config/cli-plugins/docker-compose"));
});
