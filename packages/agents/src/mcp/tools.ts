import {
  controlInstance,
  examineMachine,
  examineRoutes,
  findRoute,
  type LogLine,
  listInstances,
  openLogs,
  printable,
  readEnvironment,
  removeInstance,
  startInstance,
  verifyRoute,
} from "@cspace/instances";
import { z } from "zod";
import { requestRoute } from "./request.ts";
import { listOwn, narrow } from "./scope.ts";
import { describe, keepEnd, keepStart, maxText } from "./text.ts";
import { type Tool, tool } from "./tool.ts";

const label = z
  .string()
  .regex(/^[a-zA-Z0-9._-]{1,63}$/)
  .describe("A route of the instance; may be left out when there is only one");
const labels = z
  .array(z.string().regex(/^[a-zA-Z0-9._-]{1,63}$/))
  .max(50)
  .optional();
const scope = {
  instance: z.string().min(1).max(100).optional().describe("By default the instance of the server's directory"),
  project: z.string().min(1).max(100).optional().describe("Only of a server that was started with --all"),
};
const reads = { readOnlyHint: true, openWorldHint: false } as const;
const changes = { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false } as const;

/** Every tool of the server, in the order in which they are listed. */
export const tools: readonly Tool[] = [
  tool({
    name: "up",
    title: "Start this copy of the project",
    description:
      "Starts the copy of the project in the server's directory, or reconnects to it, and gives the URL of each of its routes. Safe to repeat. Ports are chosen for you: use the URLs, never a port of your own.",
    input: z.object({
      ...scope,
      targets: labels.describe("Labels or services to start; by default all"),
      build: z.boolean().optional().describe("Build images first, after sources of an image have changed"),
      waitSeconds: z.number().min(0).max(600).optional().describe("How long it may take; by default 50"),
    }),
    annotations: changes,
    run: async ({ instance, project, targets, build, waitSeconds = 50 }, { options, all }) => {
      const where = await narrow(options, { instance, project }, { all, isNew: true });
      const notes: string[] = [];
      const started = await startInstance({
        ...where,
        targets,
        build,
        waitMs: waitSeconds * 1000,
        onWarning: (warning) => void notes.push(`warning: ${warning}`),
      });
      return [describe(started.instance), ...notes].join("\n");
    },
  }),
  tool({
    name: "down",
    title: "Remove this copy",
    description:
      "Removes the containers and processes of the copy. Its volumes, and with them its data, stay; `up` brings it back.",
    input: z.object(scope),
    annotations: { ...changes, destructiveHint: true },
    run: async ({ instance, project }, { options, all }) => {
      const where = await narrow(options, { instance, project }, { all });
      const removed = await removeInstance(where);
      return `${removed.instance.instance} of ${removed.instance.project} is removed; its volumes stay`;
    },
  }),
  tool({
    name: "list",
    title: "What runs",
    description:
      "The copy of the server's directory: each route with its URL and health, and what is wrong. With --all every copy on this machine.",
    input: z.object({}),
    annotations: reads,
    run: async (_, { options, all }) => {
      if (all) {
        const every = await listInstances({ ...options, all: true });
        return every.length === 0
          ? "nothing runs; start it with the tool up"
          : keepStart(every.map(describe).join("\n"));
      }
      const own = await listOwn(options);
      return own.length > 0
        ? own.map(describe).join("\n")
        : "no instance of this directory runs; start it with the tool up";
    },
  }),
  tool({
    name: "url",
    title: "The URL of a route",
    description: "One URL that a program on this machine can open right now.",
    input: z.object({ ...scope, label: label.optional() }),
    annotations: reads,
    run: async ({ instance, project, label }, { options, all }) => {
      const where = await narrow(options, { instance, project }, { all });
      return (await findRoute({ ...where, label })).url ?? "there is no URL";
    },
  }),
  tool({
    name: "logs",
    title: "What services print",
    description: "The last lines of what the services and processes of the copy have printed.",
    input: z.object({
      ...scope,
      label: label.optional().describe("A route, a service or a process; by default all"),
      tail: z.number().int().min(1).max(1000).optional().describe("Lines of each; by default 60"),
      sinceSeconds: z.number().min(1).max(864_000).optional().describe("Only what is not older"),
      contains: z.string().max(200).optional().describe("Only lines that contain this text"),
    }),
    annotations: reads,
    run: async ({ instance, project, label, tail = 60, sinceSeconds, contains }, { options, all }) => {
      const where = await narrow(options, { instance, project }, { all });
      const sources = await openLogs({ ...where, label });
      const since = sinceSeconds === undefined ? undefined : new Date(Date.now() - sinceSeconds * 1000);
      const blocks = await Promise.all(
        sources.map(async ({ name, read }) => {
          const lines: LogLine[] = [];
          // What is looked for may stand before the last lines.
          for await (const line of read({ tail: contains === undefined ? tail : 1000, since })) lines.push(line);
          const wanted = lines
            .map(({ line }) => printable(line))
            .filter((line) => contains === undefined || line.includes(contains));
          return { name, lines: wanted.slice(-tail) };
        }),
      );
      const limit = Math.floor(maxText / Math.max(1, blocks.length));
      return blocks
        .map(({ name, lines }) => `${name}:\n${lines.length === 0 ? "(nothing)" : keepEnd(lines.join("\n"), limit)}`)
        .join("\n\n");
    },
  }),
  tool({
    name: "restart",
    title: "Restart services",
    description:
      "Stops and starts services or processes of the copy as they are, so that they run by the files of now. URLs stay.",
    input: z.object({ ...scope, targets: labels.describe("Labels or services; by default all") }),
    annotations: changes,
    run: async ({ instance, project, targets }, { options, all }) => {
      const where = await narrow(options, { instance, project }, { all });
      return describe((await controlInstance("restart", { ...where, targets })).instance);
    },
  }),
  tool({
    name: "verify",
    title: "Is this URL my code?",
    description:
      "Whether the URL of a route is served by the copy of the server's directory, and by what is on disk there now. Ask before you trust what you see in a browser, and after you change code.",
    input: z.object({ ...scope, label: label.optional() }),
    annotations: reads,
    run: async ({ instance, project, label }, { options, all }) => {
      const where = await narrow(options, { instance, project }, { all });
      const { verified, url, reason, hint, identity } = await verifyRoute({ ...where, target: label });
      if (!verified) return `not verified: ${reason}\nfix: ${hint}`;
      const at = [identity?.branch, identity?.commit?.slice(0, 10), identity?.dirty === true ? "with changes" : null];
      return `verified: ${url} is ${identity?.directory} (${at.filter((one) => one != null).join(", ")})`;
    },
  }),
  tool({
    name: "env",
    title: "Variables for programs",
    description:
      "The variables that a program needs to reach the copy, URLs of its routes among them. No secrets of the project.",
    input: z.object(scope),
    annotations: reads,
    run: async ({ instance, project }, { options, all }) => {
      const where = await narrow(options, { instance, project }, { all });
      const env = await readEnvironment(where);
      return keepStart(
        Object.entries(env)
          .map(([name, value]) => `${name}=${value}`)
          .join("\n"),
      );
    },
  }),
  tool({
    name: "request",
    title: "Send one HTTP request",
    description:
      "Sends one request to a route of the copy and gives the status, headers and body. Works where a sandbox keeps you from the network. No redirect is followed.",
    input: z.object({
      ...scope,
      label: label.optional(),
      path: z.string().min(1).max(8000).optional().describe("Begins with /; by default /"),
      method: z.string().max(20).optional().describe("By default GET"),
      headers: z.record(z.string().max(100), z.string().max(8000)).optional(),
      body: z.string().max(1_000_000).optional(),
      maxBytes: z.number().int().min(0).max(200_000).optional().describe("Of the body; by default 10000"),
      timeoutSeconds: z.number().min(0.1).max(120).optional().describe("By default 15"),
    }),
    annotations: { ...changes, idempotentHint: false },
    run: async (input, { options, all }) => {
      const { label, path = "/", method = "GET", headers = {}, body, maxBytes = 10_000, timeoutSeconds = 15 } = input;
      const where = await narrow(options, input, { all });
      const { url } = await findRoute({ ...where, label });
      const answer = await requestRoute({
        ...{ url: url ?? "", path, method: method.toUpperCase(), headers, body, maxBytes },
        ...{ timeoutMs: timeoutSeconds * 1000, signal: options.signal },
      });
      const shown = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value).slice(0, 500)}`);
      return [`${answer.status} ${new URL(path, url ?? "http://localhost").href}`, ...shown, "", bodyOf(answer)].join(
        "\n",
      );
    },
  }),
  tool({
    name: "doctor",
    title: "What is wrong",
    description:
      "Looks at every hop from a hostname to the app, and tells what is wrong and the command that mends it.",
    input: z.object({ ...scope, label: label.optional() }),
    annotations: reads,
    run: async ({ instance, project, label }, { options, all, version }) => {
      const where = await narrow(options, { instance, project }, { all });
      const routes = label === undefined ? [] : examineRoutes({ ...where, label });
      const checks = (await Promise.all([examineMachine({ ...where, version }), routes])).flat();
      const findings = checks.filter(({ status }) => status !== "ok");
      if (findings.length === 0) return `all is well: ${checks.length} hops were looked at`;
      return findings
        .map(
          ({ id, status, message, fix }) =>
            `${status} ${id}: ${message}${fix === null ? "" : `\n  fix: ${fix.command}`}`,
        )
        .join("\n");
    },
  }),
];

function bodyOf({ body, isCut, headers }: Awaited<ReturnType<typeof requestRoute>>): string {
  const more = isCut ? "\n(there is more)" : "";
  const text = new TextDecoder("utf-8", { fatal: false }).decode(body);
  const isText =
    !text.includes("\u0000") && [...text].filter((one) => one === "\ufffd").length <= 1 + text.length / 100;
  if (isText) return `${printable(text)}${more}`;
  return `(${body.length} bytes of ${headers["content-type"] ?? "something"}, which is no text)${more}`;
}
