import type { IncomingMessage, ServerResponse } from "node:http";
import { parseHostname, renderIcon } from "@cspace/hostnames";
import { hostnameOf } from "./guard.ts";
import { sendJson, sendText } from "./send.ts";

/** The icon of the instance that the hostname is of. */
export function answerIcon(request: IncomingMessage, response: ServerResponse, domains: readonly string[]): void {
  const name = parseHostname(hostnameOf(request.headers.host ?? ""), { domains });
  if (name === undefined) sendJson(request, response, 404, { error: "unknown-route", message: "There is no icon." });
  else sendText(request, response, { status: 200, type: "image/svg+xml", body: renderIcon(name) });
}
