import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const alias = {
  "@cspace/page/model": here("packages/page/src/model.ts"),
  ...Object.fromEntries(
    readdirSync(here("packages")).map((name) => [`@cspace/${name}`, here(`packages/${name}/src/index.ts`)]),
  ),
};

export default defineConfig({
  test: {
    reporters: ["default", here("scripts/total-reporter.mjs")],
    projects: [
      {
        resolve: { alias },
        test: {
          name: "unit",
          testTimeout: 30_000,
          include: ["packages/*/test/**/*.test.ts", "apps/*/test/**/*.test.ts", "scripts/test/**/*.test.ts"],
          exclude: ["**/e2e/**"],
        },
      },
      {
        resolve: { alias },
        test: {
          name: "e2e",
          include: ["apps/cli/test/e2e/**/*.test.ts", "scripts/test/e2e/**/*.test.ts"],
          globalSetup: ["apps/cli/test/e2e/run-folder.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
