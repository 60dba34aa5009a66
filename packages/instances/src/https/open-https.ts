import type {
  ComposeModel,
  EngineReader,
  EnsuredProxy,
  InstanceRecord,
  ListedInstance,
  ServiceTrust,
} from "@cspace/compose";
import type { Project } from "@cspace/project";
import type { Machine } from "../machine/open-engine.ts";
import type { Context } from "../options.ts";
import { chooseOrigin, type Origin, redirectPort } from "./choose-origin.ts";
import { readContainerTrust } from "./read-container-trust.ts";
import { readSecure } from "./read-secure.ts";
import { serveHttps } from "./serve-https.ts";

/** What {@link openHttps} is given. */
export interface HttpsFacts {
  readonly machine: Machine;
  readonly record: InstanceRecord;
  readonly project: Project;
  readonly proxy: Pick<EnsuredProxy, "domains" | "httpPort" | "httpsPort">;
  /** The instance as it runs; `undefined` while it does not, and when it is made anew. */
  readonly kept: ListedInstance | undefined;
}

/** How an instance of containers is served over HTTPS, and trusts it. */
export interface InstanceHttps {
  readonly origin: Origin;
  readonly redirectTo: number | undefined;
  /** By service; of those whose images are there. */
  readonly readTrust: (model: ComposeModel, snapshot?: EngineReader) => Promise<Readonly<Record<string, ServiceTrust>>>;
}

/** Lets the proxy show a certificate for an instance of containers, and decides what its URLs begin with. */
export async function openHttps(
  context: Context,
  { machine, record, project: { settings }, proxy, kept }: HttpsFacts,
): Promise<InstanceHttps> {
  const { paths } = machine;
  const isServed = await serveHttps(context, machine, { instances: [record], domains: proxy.domains });
  // What keeps it from being served for a while moves nothing that runs.
  const httpsPort = isServed || kept !== undefined ? proxy.httpsPort : null;
  if (settings.https === "redirect" && httpsPort === null) {
    context.onWarning('requests over HTTP are served, not sent on ("https" in the settings), for nothing serves HTTPS');
  }
  const protocol = kept && (kept.protocol ?? "http");
  if (protocol === "https" && (await readSecure(context, paths, httpsPort))?.trusted.browser !== true) {
    context.onNote(
      "the URLs of its environment are HTTPS, which no browser trusts here any more: cspace trust install, or cspace up --recreate",
    );
  }
  return {
    origin: await chooseOrigin(context, { paths, httpPort: proxy.httpPort, httpsPort, kept: protocol, settings }),
    redirectTo: redirectPort(settings, httpsPort),
    readTrust: async (model, snapshot) =>
      settings.trust === false
        ? {}
        : await readContainerTrust(machine, { record, model, snapshot, onNote: context.onNote }),
  };
}
