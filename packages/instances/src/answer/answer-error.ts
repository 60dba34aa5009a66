import type { IncomingMessage, ServerResponse } from "node:http";
import { connectEngine, explainContainers } from "@cspace/compose";
import { renderDocument } from "@cspace/gateway";
import { parseHostname } from "@cspace/hostnames";
import { printable } from "../logs/printable.ts";
import type { InstanceOptions } from "../options.ts";
import { hostnameOf } from "./guard.ts";
import { sendText } from "./send.ts";

/** How long it is looked for what a service printed, in milliseconds. */
const patienceMs = 1500;

/** Options of {@link answerError}. */
interface AnswerErrorOptions {
  readonly options: () => InstanceOptions;
  readonly domains: readonly string[];
}

/** Says to a browser why no service answers, in place of what a proxy in front would say. */
export async function answerError(
  request: IncomingMessage,
  response: ServerResponse,
  { options, domains }: AnswerErrorOptions,
): Promise<void> {
  const { searchParams } = new URL(request.url ?? "/", "http://page");
  const status = searchParams.get("status") === "504" ? 504 : 502;
  const name = parseHostname(hostnameOf(request.headers.host ?? ""), { domains });
  const label = name?.label ?? "the service";
  const what =
    status === 504 ? "did not answer in time" : "does not answer: nothing listens on its port, or it broke off";
  const lines = name === undefined ? [] : await Promise.race([readLines(options(), name), nothingAfter(patienceMs)]);
  const body = renderDocument({
    title: `${status} ${label}`,
    message: `${label} ${what}.`,
    lines: lines.map((line) => printable(line)),
  });
  sendText(request, response, { status: 200, type: "text/html; charset=utf-8", body });
}

async function readLines(
  { env, platform }: InstanceOptions,
  name: Parameters<typeof explainContainers>[1],
): Promise<readonly string[]> {
  try {
    const engine = await connectEngine({ ...(env && { env }), ...(platform && { platform }) });
    return await explainContainers(engine, name);
  } catch {
    return [];
  }
}

const nothingAfter = (ms: number): Promise<readonly string[]> =>
  new Promise((resolve) => setTimeout(resolve, ms, []).unref());
