import type { PortBinding, Selection } from "@cspace/compose";
import { probeScheme } from "@cspace/ports";
import type { Project } from "@cspace/project";
import type { Instance, Route } from "../documents.ts";
import type { Context } from "../options.ts";

/**
 * Finds what services speak whose routes are not served though they accept connections, and of which the settings say
 * nothing; by label, only what is not known yet.
 */
export async function learnSchemes(
  { onNote }: Context,
  { routes }: Pick<Instance, "routes">,
  { settings }: Pick<Project, "settings">,
  known: Selection["schemes"] = {},
): Promise<NonNullable<Selection["schemes"]>> {
  const learned = await Promise.all(
    routes.map(async (route): Promise<[string, "http" | "https" | "h2c"][]> => {
      const said = settings.routes?.[route.label];
      const isSaid = said !== undefined && "service" in said && said.scheme !== undefined;
      const binding = bindingOf(route);
      if (isSaid || binding === undefined || !isDoubtful(route)) return [];
      const scheme = await probeScheme({ host: binding.hostIp, port: binding.hostPort });
      if (scheme === null || scheme === (known[route.label] ?? speaksNow(route))) return [];
      onNote(`${route.label} speaks ${words[scheme]}, and is served so from now on`);
      return [[route.label, scheme]];
    }),
  );
  return Object.fromEntries(learned.flat());
}

const words = { http: "HTTP without TLS", https: "TLS", h2c: "HTTP/2 without TLS" } as const;

/** Not up, or refused by the service as it was asked: a server that speaks TLS says 400 to one that does not. */
function isDoubtful({ target, health, status }: Route): boolean {
  return "service" in target && (health !== "up" || status === 400);
}

const speaksNow = ({ localUrl }: Route): "http" | "https" => (localUrl?.startsWith("https:") ? "https" : "http");

function bindingOf({ localUrl }: Route): PortBinding | undefined {
  if (localUrl === null) return undefined;
  const { hostname, port } = new URL(localUrl);
  const hostIp = hostname === "localhost" ? "127.0.0.1" : hostname.replace(/^\[|\]$/g, "");
  return { hostIp, hostPort: Number(port) };
}
