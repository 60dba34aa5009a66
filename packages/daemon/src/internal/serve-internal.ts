import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { InternalService } from "@cspace/gateway";
import { errorPath, iconPath, identityPath, pageHostname } from "@cspace/hostnames";

/** What answers under the hostnames that are cspace's own, and what it needs to know of it. */
export interface InternalServer {
  readonly service: InternalService;
  /** Whether somebody is being answered: who follows something stays for long. */
  readonly isBusy: () => boolean;
  readonly close: () => void;
}

/** Options of {@link serveInternal}. */
export interface ServeInternalOptions {
  readonly domains: readonly string[];
  readonly answer: RequestListener;
  /** Called when nobody is being answered any more. */
  readonly onIdle: () => void;
}

/** Serves what the gateway hands on to cspace itself, on a port of loopback that the system chooses. */
export async function serveInternal({ domains, answer, onIdle }: ServeInternalOptions): Promise<InternalServer> {
  const pages = new Set(domains.map(pageHostname));
  const suffixes = domains.map((domain) => `.${domain}`);
  const own = new Set<string>([identityPath, iconPath, errorPath]);
  let open = 0;
  const server = createServer((request, response) => {
    open += 1;
    response.once("close", () => {
      open -= 1;
      if (open === 0) onIdle();
    });
    answer(request, response);
  });
  // A stream says nothing for as long as nothing happens.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    service: {
      port,
      claims: ({ hostname, path }) =>
        pages.has(hostname) || (own.has(path) && suffixes.some((suffix) => hostname.endsWith(suffix))),
    },
    isBusy: () => open > 0,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
