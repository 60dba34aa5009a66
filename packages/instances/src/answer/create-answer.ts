import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { errorPath, iconPath, identityPath, pageHostname } from "@cspace/hostnames";
import type { InstanceOptions } from "../options.ts";
import { answerError } from "./answer-error.ts";
import { answerIcon } from "./answer-icon.ts";
import { type AnswerIdentityOptions, answerIdentity } from "./answer-identity.ts";
import { hostnameOf, refuse } from "./guard.ts";
import { createOriginCheck } from "./is-from-container.ts";
import { sendJson, sendRefusal } from "./send.ts";

/** Options of {@link createAnswer}. */
export interface CreateAnswerOptions extends Pick<AnswerIdentityOptions, "identify"> {
  /** The domains that hostnames are under. */
  readonly domains: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** The engines whose containers are looked after; the one to ask first is the last. */
  readonly engines: () => readonly string[];
  /** Answers under the page's own hostname, and at the other paths below `/.well-known/cspace`. @default nobody does */
  readonly page?: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined;
  /** Whether an address is a container's, which is answered nothing. @default as the engines say */
  readonly isContainer?: (address: string) => Promise<boolean>;
}

/**
 * Answers what the gateway hands on to cspace itself: `/.well-known/cspace` of every hostname. Whoever is no program or
 * browser of this machine is told nothing.
 *
 * @example
 * ```ts
 * await runDaemon({ version, answer: async (daemon) => createAnswer({ domains, env, platform, ...daemon }) });
 * ```
 */
export function createAnswer(options: CreateAnswerOptions): RequestListener {
  const { domains, env, platform, engines, page } = options;
  const pages = new Set(domains.map(pageHostname));
  const isOwnHost = (hostname: string): boolean => domains.some((domain) => hostname.endsWith(`.${domain}`));
  const isContainer = options.isContainer ?? createOriginCheck({ env, platform, engines });
  const instanceOptions = (): InstanceOptions => {
    const endpoint = engines().at(-1);
    return { env: endpoint === undefined ? env : { ...env, DOCKER_HOST: endpoint }, platform };
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://page");
    // A proxy asks for these in place of an answer of the route's own, with what it was asked itself; they tell no more than that would.
    if (pathname === iconPath) return answerIcon(request, response, domains);
    if (pathname === errorPath) return await answerError(request, response, { options: instanceOptions, domains });
    const isPage = pages.has(hostnameOf(request.headers.host ?? "")) && page !== undefined;
    const methods = isPage ? ["GET", "HEAD", "POST"] : ["GET", "HEAD"];
    const refusal = refuse(request, { isOwnHost, methods, mayBeOpened: isPage });
    if (refusal !== undefined) return sendRefusal(request, response, refusal);
    if (await isContainer(clientOf(request))) {
      return sendJson(request, response, 403, { error: "container", message: "No container is told this." });
    }
    if (isPage && pathname !== identityPath) return await page(request, response);
    if (pathname === identityPath) {
      return await answerIdentity(request, response, { ...options, options: instanceOptions });
    }
    sendJson(request, response, 404, { error: "unknown-path", message: `There is nothing at ${pathname}.` });
  }

  return (request, response) => {
    answer(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else sendJson(request, response, 500, { error: "failed", message: "It could not be told." });
    });
  };
}

/** Who asked first: the gateway's own word, or that of the proxy before it. */
function clientOf({ headers, socket }: IncomingMessage): string {
  const [first = ""] = String(headers["x-forwarded-for"] ?? "").split(",");
  return first.trim() || (socket.remoteAddress ?? "");
}
