import { isCspaceError } from "@cspace/errors";
import type { InstanceOptions } from "@cspace/instances";
import { type CallToolResult, McpServer } from "@modelcontextprotocol/server";
import type { Tool, ToolContext } from "./tool.ts";
import { tools } from "./tools.ts";

/** Options of {@link createMcpServer}. */
export interface McpServerOptions {
  readonly version: string;
  /** The directory whose instance the tools are for, and the world that they work in. */
  readonly options: InstanceOptions;
  /** Whether tools may touch the instances of other directories. @default false */
  readonly all?: boolean | undefined;
}

const instructions = `Copies ("instances") of a project run side by side here, each service under a hostname of its own:
http://<label>.<instance>.<project>.<domain>. These tools are for the copy of the directory that the server was started in.
Begin with "up", which starts it or reconnects, and use the URLs that it gives: ports are chosen for you, so never start a server
on a port of your own. After changing code, "verify" tells whether a URL serves what is on disk; "restart" and "logs" help when
it does not. "request" sends an HTTP request where a sandbox keeps you from the network.`;

/** Makes a server of the Model Context Protocol for the instance of a directory; it listens nowhere yet. */
export function createMcpServer({ version, options, all = false }: McpServerOptions): McpServer {
  const server = new McpServer({ name: "cspace", title: "cspace", version }, { instructions });
  for (const one of tools) register(server, one, { options, all, version });
  return server;
}

function register(server: McpServer, one: Tool, { options, ...rest }: ToolContext): void {
  const { name, title, description, annotations, input, run } = one;
  // What is not known is a mistake that a model can mend, if it is told.
  const inputSchema = input.strict();
  server.registerTool(name, { title, description, annotations, inputSchema }, async (asked, { mcpReq }) => {
    const context = { ...rest, options: { ...options, signal: mcpReq.signal } };
    try {
      return text(await run(asked, context));
    } catch (error) {
      return { ...text(explain(error)), isError: true };
    }
  });
}

const text = (said: string): CallToolResult => ({ content: [{ type: "text", text: said }] });

/** As the command line says it. */
function explain(error: unknown): string {
  if (!isCspaceError(error)) return error instanceof Error ? error.message : String(error);
  return `${error.message} (${error.code})${error.hint === undefined ? "" : `\nhint: ${error.hint}`}`;
}
