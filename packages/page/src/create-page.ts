import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { isSlug } from "@cspace/hostnames";
import { examineMachine, type InstanceOptions } from "@cspace/instances";
import { act, optionsOf, previewDown } from "./act.ts";
import { maskVariables, readVariables } from "./environment.ts";
import { createLiveState, type LiveState, type LiveStateOptions } from "./live-state.ts";
import { refuseWrite } from "./may-write.ts";
import type { PageAction, PageData, PageFinding, PageInstance, PageView } from "./model.ts";
import { send, sendJson, startEvents } from "./respond.ts";
import { streamLogs } from "./stream-logs.ts";

/** Options of {@link createPage}. */
export interface CreatePageOptions extends Pick<LiveStateOptions, "list" | "subscribe"> {
  /** The world that instances are read and changed in. */
  readonly options: () => InstanceOptions;
  /** Of cspace. */
  readonly version: string;
  /** The folder of scripts and styles, which are served below `/assets/`. */
  readonly assets: string;
  /** Renders a whole page. */
  readonly render: (data: PageData) => string;
}

/** What answers under the page's hostname. */
export type PageAnswer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** How long findings are taken to be as they were, in milliseconds. */
const findingsMs = 30_000;

/** More than this is no write of the page's own, in bytes. */
const maxBody = 10_000;

/** A request that cannot be answered as it stands. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Makes what answers under the page's hostname. Whether it may be asked at all, its caller has seen to; whether something
 * may be changed, it sees to itself: by where a write comes from, and by a token that the page alone knows.
 */
export function createPage(page: CreatePageOptions): PageAnswer {
  const token = randomBytes(24).toString("base64url");
  const live = createLiveState({ ...page, options: page.options });
  let findings: { readonly at: number; readonly read: Promise<readonly PageFinding[]> } | undefined;

  const readFindings = (): Promise<readonly PageFinding[]> => {
    if (findings === undefined || Date.now() - findings.at > findingsMs) {
      findings = { at: Date.now(), read: examine(page) };
      findings.read.catch(() => {
        findings = undefined;
      });
    }
    return findings.read;
  };

  async function answerRead(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { pathname, searchParams: asked } = url;
    if (pathname === "/api/events") return followState(response, live, token);
    if (pathname === "/api/doctor") return sendJson(request, response, { findings: await readFindings() });
    if (pathname.startsWith("/assets/")) return await sendAsset(request, response, page.assets, pathname);
    if (pathname === "/favicon.ico")
      return send(request, response, { type: "image/svg+xml", body: pageIcon, keep: true });
    if (pathname.startsWith("/api/")) {
      const one = await find(live, asked.get("project"), asked.get("instance"));
      const options = optionsOf(page.options(), one);
      switch (pathname) {
        case "/api/logs": {
          const tail = Math.min(5000, Math.max(1, Number(asked.get("tail")) || 500));
          return await streamLogs(startEvents(response), { options, label: asked.get("label") ?? undefined, tail });
        }
        case "/api/environment":
          return sendJson(request, response, { variables: maskVariables(await readVariables(options)) });
        case "/api/down":
          return sendJson(request, response, await previewDown(options));
        default:
          throw new Refused(404, `there is nothing at ${pathname}`);
      }
    }
    const view = viewOf(pathname);
    const state = await live.read();
    const isThere = view.instance === null || state.instances.some((one) => isSame(one, view));
    const body = page.render({ state, view, token });
    send(request, response, { status: isThere ? 200 : 404, type: "text/html; charset=utf-8", body });
  }

  async function answerWrite(request: IncomingMessage, response: ServerResponse, { pathname }: URL): Promise<void> {
    const refusal = refuseWrite(request, token);
    if (refusal !== undefined) throw new Refused(403, refusal);
    const body = parseBody(await readBody(request));
    const one = await find(live, body.project, body.instance);
    const options = optionsOf(page.options(), one);
    if (pathname === "/api/environment") {
      const all = await readVariables(options);
      const { variables = {} } = all.find(({ service }) => service === (body.service ?? null)) ?? {};
      const name = String(body.name);
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (value === undefined) throw new Refused(404, "there is no such variable");
      return sendJson(request, response, { value });
    }
    const action = /^\/api\/(stop|start|restart|down)$/.exec(pathname)?.[1] as PageAction | undefined;
    if (action === undefined) throw new Refused(404, `there is nothing at ${pathname}`);
    try {
      await act(action, options, { volumes: body.volumes === true });
    } finally {
      live.refresh();
    }
    sendJson(request, response, {});
  }

  return async (request, response) => {
    const url = new URL(request.url ?? "/", "http://page");
    try {
      if (request.method === "POST") await answerWrite(request, response, url);
      else await answerRead(request, response, url);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else sendJson(request, response, describe(error), error instanceof Refused ? error.status : 500);
    }
  };
}

async function followState(response: ServerResponse, live: LiveState, token: string): Promise<void> {
  const events = startEvents(response);
  // Only what comes after the first is a change of it.
  const leave = live.follow((event) => {
    if (isBegun) events.send(event);
  });
  let isBegun = false;
  events.signal.addEventListener("abort", leave, { once: true });
  const state = await live.read();
  events.send({ kind: "hello", token, state });
  isBegun = true;
}

async function examine({ options, version }: CreatePageOptions): Promise<readonly PageFinding[]> {
  const checks = await examineMachine({ ...options(), cwd: "/", version });
  return checks.flatMap(({ id, status, message, fix }) =>
    status === "ok" ? [] : [{ id, status, message, command: fix?.command ?? null }],
  );
}

async function find(live: LiveState, project: unknown, instance: unknown): Promise<PageInstance> {
  const isMeant = (one: PageInstance): boolean => one.project === project && one.instance === instance;
  const found = live.last().instances.find(isMeant) ?? (await live.read()).instances.find(isMeant);
  if (found === undefined) throw new Refused(404, "there is no such instance any more");
  return found;
}

async function sendAsset(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  pathname: string,
): Promise<void> {
  const [, name = ""] = /^\/assets\/([\w-]+(?:\.[\w-]+)*)$/.exec(pathname) ?? [];
  const type = types[extname(name)];
  if (type === undefined) throw new Refused(404, `there is nothing at ${pathname}`);
  const body = await readFile(join(folder, name)).catch(() => undefined);
  if (body === undefined) throw new Refused(404, `there is nothing at ${pathname}`);
  send(request, response, { type, body, keep: true });
}

function viewOf(pathname: string): PageView {
  if (pathname === "/") return { project: null, instance: null };
  const [, project = "", instance = "", ...rest] = pathname.split("/");
  if (isSlug(project) && isSlug(instance) && rest.length === 0) return { project, instance };
  throw new Refused(404, `there is nothing at ${pathname}`);
}

const isSame = (one: PageInstance, { project, instance }: PageView): boolean =>
  one.project === project && one.instance === instance;

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  request.setEncoding("utf8");
  for await (const chunk of request) {
    body += chunk;
    if (body.length > maxBody) throw new Refused(413, "it is too long");
  }
  return body;
}

function parseBody(text: string): Readonly<Record<string, unknown>> {
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data === "object" && data !== null) return { ...data };
  } catch {
    // As of what is no object.
  }
  throw new Refused(400, "it is not JSON");
}

function describe(error: unknown): { readonly message: string; readonly command: string | null } {
  if (!(error instanceof Error)) return { message: String(error), command: null };
  const { hint } = error as { readonly hint?: unknown };
  return { message: error.message, command: typeof hint === "string" ? hint : null };
}

const pageIcon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="none" stroke="#5a6cf0" stroke-width="3"/></svg>';
