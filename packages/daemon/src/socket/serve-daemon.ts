import { chmodSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { SleeperNames } from "@cspace/compose";
import { isCspaceError } from "@cspace/errors";
import type { FurtherAddress } from "@cspace/gateway";
import { isSlug } from "@cspace/hostnames";
import type { EngineWatch } from "../engines/create-engine-watch.ts";
import type { Direct } from "../gateway/create-direct.ts";
import type { Front } from "../gateway/create-front.ts";
import { createGate } from "../hand-over/create-gate.ts";
import type { Holder } from "../hold/holder.ts";
import type {
  ControlRequest,
  DaemonFailure,
  DaemonStatus,
  HandOverRequest,
  LeaseRequest,
  RefusalRequest,
  StartRequest,
  WatchRequest,
} from "../protocol.ts";
import type { SleepRequest } from "../sleep/create-sleeper.ts";
import type { Sleep } from "../sleep/look-after.ts";
import type { Watcher } from "../watch/create-watcher.ts";

/** Options of {@link serveDaemon}. */
export interface ServeDaemonOptions {
  readonly socket: string;
  readonly holder: Holder;
  readonly status: () => DaemonStatus;
  readonly direct: Pick<Direct, "open" | "release" | "certificates">;
  readonly front: Pick<Front, "open">;
  readonly engines: Pick<EngineWatch, "watch">;
  readonly watcher: Pick<Watcher, "watch">;
  readonly sleep: Pick<Sleep, "refresh" | "sleep" | "wake" | "hold">;
  /** Somebody is about to ask for more: it does not end before so many milliseconds. */
  readonly onStay: (ms?: number) => void;
  /** Asked to end: everything that it holds ends with it. */
  readonly onStop: () => void;
  /** Asked to let another daemon go on; resolves when that one serves. */
  readonly onHandOver: (request: HandOverRequest) => Promise<void>;
}

/** A request that cannot be understood. */
class BadRequest extends Error {}

/**
 * Listens for clients on a socket that only this user may use. Rejects with `EADDRINUSE` when something is there.
 *
 *     GET    /status?stay                              what it holds; `stay`: it is not to end just now
 *     PUT    /instances                                starts processes
 *     DELETE /instances/<project>/<instance>           ends them
 *     POST   /processes                                stops, starts or restarts them; they stay known
 *     GET    /processes/<project>/<instance>/<label>   where one runs, and with which environment
 *     PUT    /stay                                     does not end for a while, though it holds nothing
 *     PUT    /engines                                  stays while containers of instances run on an engine
 *     PUT    /watches                                  tells why routes of containers are not served yet
 *     PUT    /sleepers                                 reads again what sleeps, and what is to when nobody uses it
 *     POST   /sleepers/<project>/<instance>            puts one to sleep
 *     DELETE /sleepers/<project>/<instance>            wakes it
 *     POST   /holds                                    keeps one awake as long as the connection
 *     PUT    /refusals                                 keeps which hostnames a process refuses
 *     POST   /leases                                   a route as long as the connection
 *     PUT    /gateway                                  lets the gateway be this machine's proxy
 *     DELETE /gateway                                  leaves its ports to another proxy
 *     PUT    /front                                    opens the gateway to a proxy in front of it
 *     POST   /certificates                             shows those of now, after a change of the authority
 *     POST   /hand-over                                starts another daemon, which goes on with everything
 *     POST   /stop                                     ends everything
 */
export async function serveDaemon({
  socket,
  holder,
  direct,
  front,
  engines,
  watcher,
  sleep,
  status,
  onStay,
  onStop,
  onHandOver,
}: ServeDaemonOptions): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else send(response, error instanceof BadRequest ? 400 : 500, describeFailure(error));
    });
  });

  const gate = createGate();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://daemon");
    const [, head = "", ...names] = url.pathname.split("/");
    const to = `${request.method} /${head}`;
    if (to === "GET /status") {
      if (url.searchParams.has("stay")) onStay();
      return send(response, 200, status());
    }
    if (to === "GET /processes") {
      const place = holder.place({ ...parseNames(names.slice(0, 2)), label: names[2] ?? "" });
      return send(response, place === undefined ? 404 : 200, place ?? {});
    }
    const body = await readBody(request);
    if (to === "POST /hand-over") {
      await gate.shut(() => onHandOver(JSON.parse(body)));
      return send(response, 200, {});
    }
    await gate.pass(() => change(to, names, body, response));
  }

  async function change(to: string, names: readonly string[], body: string, response: ServerResponse): Promise<void> {
    switch (to) {
      case "PUT /instances":
        await holder.start(parseRecorded<StartRequest>(body));
        await direct.certificates.settled();
        return send(response, 200, status());
      case "PUT /gateway":
        await direct.open(JSON.parse(body));
        return send(response, 200, status());
      case "DELETE /gateway":
        await direct.release();
        return send(response, 200, status());
      case "PUT /front": {
        const { further } = JSON.parse(body) as { further: FurtherAddress | null };
        return send(response, 200, { port: await front.open(further) });
      }
      case "POST /processes": {
        const control: ControlRequest = JSON.parse(body);
        const labels = await holder.control({ ...control, ...parseNames([control.project, control.instance]) });
        return send(response, 200, { labels });
      }
      case "POST /certificates":
        await direct.certificates.refresh();
        return send(response, 200, {});
      case "PUT /stay": {
        const { ms } = JSON.parse(body) as { ms: number };
        onStay(Math.min(600_000, ms));
        return send(response, 200, {});
      }
      case "PUT /engines": {
        const { endpoint } = JSON.parse(body) as { endpoint: string };
        engines.watch(endpoint);
        return send(response, 200, {});
      }
      case "PUT /watches": {
        const watched: WatchRequest = JSON.parse(body);
        watcher.watch({ ...watched, ...parseNames([watched.project, watched.instance]) });
        return send(response, 200, {});
      }
      case "PUT /sleepers":
        await sleep.refresh();
        return send(response, 200, {});
      case "POST /sleepers": {
        const { form, endpoint }: Omit<SleepRequest, "project" | "instance"> = JSON.parse(body);
        const record = await sleep.sleep({ ...parseNames(names), form, endpoint });
        return send(response, 200, { asleep: record !== undefined });
      }
      case "DELETE /sleepers":
        return send(response, 200, { woken: await sleep.wake(parseNames(names)) });
      case "POST /holds": {
        const { project, instance }: SleeperNames = JSON.parse(body);
        response.once("close", sleep.hold(parseNames([project, instance])));
        response.writeHead(200, { "content-type": "application/json" });
        response.write("{}\n");
        return;
      }
      case "PUT /refusals": {
        const refusal: RefusalRequest = JSON.parse(body);
        holder.refuse({ ...refusal, ...parseNames([refusal.project, refusal.instance]) });
        return send(response, 200, {});
      }
      case "DELETE /instances":
        return send(response, 200, { stopped: await holder.stop(parseNames(names)) });
      case "POST /leases":
        // The connection is the lease.
        if (!holder.lease(parseRecorded<LeaseRequest>(body), response.socket as Socket)) return send(response, 409, {});
        response.writeHead(200, { "content-type": "application/json" });
        response.write("{}\n");
        return;
      case "POST /stop":
        send(response, 200, {});
        return onStop();
      default:
        return send(response, 404, {});
    }
  }

  // A lease says nothing for as long as it is held.
  server.requestTimeout = 0;
  server.timeout = 0;
  server.keepAliveTimeout = 1000;
  await listen(server, socket);
  return server;
}

/** Lets a server listen on a socket that only this user may use. Rejects with `EADDRINUSE` when something is there. */
export function listen(server: Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const before = process.umask(0o177);
    server.listen(socket, () => {
      server.off("error", reject);
      if (process.platform !== "win32") chmodSync(socket, 0o600);
      resolve();
    });
    // The path is bound by now.
    process.umask(before);
  });
}

function parseNames([project = "", instance = ""]: readonly string[]): { project: string; instance: string } {
  if (!isSlug(project) || !isSlug(instance)) throw new BadRequest(`${project}/${instance} is no instance`);
  return { project, instance };
}

function parseRecorded<Body extends StartRequest | LeaseRequest>(text: string): Body {
  let body: Body;
  try {
    body = JSON.parse(text);
  } catch {
    throw new BadRequest("the request is not JSON");
  }
  parseNames([body.record?.project, body.record?.instance]);
  return body;
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  request.setEncoding("utf8");
  for await (const chunk of request) body += chunk;
  return body;
}

function send(response: ServerResponse, status: number, data: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(data)}\n`);
}

function describeFailure(error: unknown): DaemonFailure {
  if (isCspaceError(error)) {
    return { error: { code: error.code, message: error.message, hint: error.hint ?? null } };
  }
  return { error: { code: "CSPACE_UNEXPECTED", message: (error as Error).message, hint: null } };
}
