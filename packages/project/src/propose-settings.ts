import { proposeRoutes, type ServicePorts } from "./propose-routes.ts";
import type { ScriptRunner } from "./read-script-runner.ts";
import type { Settings } from "./settings.ts";

/** What {@link proposeSettings} proposes from. */
export interface SettingsFindings {
  /** The project's name as people write it. */
  readonly name: string;
  /** Where editors find the JSON schema: a URL, or a path from the settings. @default none */
  readonly schema?: string | undefined;
  /** Whether the project has a compose file. */
  readonly compose: boolean;
  /**
   * The services of the compose files, with the ports that may speak HTTP.
   * @default none are known, so no routes are proposed
   */
  readonly services?: Readonly<Record<string, ServicePorts>> | undefined;
  /** What runs the `dev` script, see `readDevScript`; `null` without one. */
  readonly devScript: ScriptRunner | null;
}

/**
 * The settings for a project that has none: its name, with a route for every port of its compose services; without a
 * compose file the `dev` script as a process. `undefined` when the project has neither. Pure.
 *
 * What would say nothing is left out, so that cspace goes on finding it by itself.
 *
 * @example
 * ```ts
 * proposeSettings({ name: "shop", compose: true, services: { app: { ports: [3000] } }, devScript: null });
 * //=> { project: "shop", routes: { app: { service: "app", port: 3000 } } }
 * proposeSettings({ name: "shop", compose: false, devScript: "pnpm" });
 * //=> { project: "shop", processes: { dev: { command: "pnpm run dev" } } }
 * proposeSettings({ name: "shop", compose: false, devScript: null }); //=> undefined
 * ```
 */
export function proposeSettings(findings: SettingsFindings): Settings | undefined {
  const { name, schema, compose, services = {}, devScript } = findings;
  const head = { ...(schema === undefined ? {} : { $schema: schema }), project: name };
  if (compose) {
    const routes = proposeRoutes(services);
    return Object.keys(routes).length === 0 ? head : { ...head, routes };
  }
  if (devScript === null) return undefined;
  return { ...head, processes: { dev: { command: `${devScript} run dev` } } };
}
