import { dirname } from "node:path";
import { type OpenedInstance, type OpenInstanceOptions, openInstance } from "@cspace/instances";
import {
  test as base,
  type PlaywrightTestArgs,
  type PlaywrightTestOptions,
  type PlaywrightWorkerArgs,
  type PlaywrightWorkerOptions,
  type TestType,
} from "@playwright/test";

/** What a configuration may say in `use`. */
export interface CspaceOptions {
  /**
   * Which instance, and which of its routes, tests run against.
   * @default the instance of the configuration's directory, and its only route
   */
  readonly cspaceOptions: Pick<OpenInstanceOptions, "cwd" | "project" | "instance" | "label" | "waitMs">;
}

/** What tests get. */
export interface CspaceFixtures {
  /** The instance that tests run against; it runs, and its code is that of its directory. */
  readonly cspace: OpenedInstance;
}

/**
 * Playwright's `test`, run against the instance of the directory: one that runs is taken, else it is started; it stays, for
 * the next run. `baseURL` is its route's URL, unless the configuration has one, and a URL that is served by other code than that of the
 * directory fails the run, with the reason and what to type.
 *
 * @see https://playwright.dev/docs/test-fixtures
 * @example
 * ```ts
 * test("the front page", async ({ page, cspace }) => {
 *   await page.goto("/");
 *   await expect(page).toHaveTitle(cspace.instance);
 * });
 * ```
 */
export const test: TestType<
  PlaywrightTestArgs & PlaywrightTestOptions,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions & CspaceOptions & CspaceFixtures
> = base.extend<object, CspaceOptions & CspaceFixtures>({
  cspaceOptions: [{}, { option: true, scope: "worker" }],
  cspace: [
    async ({ cspaceOptions }, use, { config }) => {
      const cwd = config.configFile === undefined ? process.cwd() : dirname(config.configFile);
      await use(await openInstance({ cwd, ...cspaceOptions }).catch(withHint));
    },
    // Containers may take a while to start; how long, `waitMs` says.
    { scope: "worker", timeout: 0 },
  ],
  baseURL: async ({ baseURL, cspace }, use) => {
    await use(baseURL ?? cspace.url);
  },
});

/** Playwright shows the message alone. */
function withHint(error: unknown): never {
  const { message, hint } = error as { readonly message?: unknown; readonly hint?: unknown };
  if (typeof hint !== "string") throw error;
  throw new Error(`${message}\n${hint}`, { cause: error });
}
