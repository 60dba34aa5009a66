import type { IncomingMessage, ServerResponse } from "node:http";
import type { Identity } from "../identity/identity.ts";
import { identifyHostname } from "../identity/read-identity.ts";
import type { InstanceOptions } from "../options.ts";
import { hostnameOf } from "./guard.ts";
import { sendJson } from "./send.ts";

/** What `/.well-known/cspace` needs. */
export interface AnswerIdentityOptions {
  readonly options: () => InstanceOptions;
  /** @default `identifyHostname` */
  readonly identify?: (options: InstanceOptions & { readonly hostname: string }) => Promise<Identity | undefined>;
}

/** Tells who answers under the hostname that was asked. */
export async function answerIdentity(
  request: IncomingMessage,
  response: ServerResponse,
  { options, identify = identifyHostname }: AnswerIdentityOptions,
): Promise<void> {
  const hostname = hostnameOf(request.headers.host ?? "");
  const identity = await identify({ ...options(), hostname });
  if (identity !== undefined) {
    sendJson(request, response, 200, identity);
    return;
  }
  sendJson(request, response, 404, { error: "unknown-route", message: `Nobody tells who serves ${hostname}.` });
}
