import type { Readable, Writable } from "node:stream";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import { createMcpServer, type McpServerOptions } from "./create-server.ts";

/** Options of {@link serveMcp}. */
export interface ServeMcpOptions extends McpServerOptions {
  /** What the client says, such as `process.stdin`. */
  readonly input: Readable;
  /** What it is told, and nothing else, such as `process.stdout`. */
  readonly output: Writable;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** Serves a client of the Model Context Protocol on two streams, until it hangs up. */
export async function serveMcp({ input, output, signal, ...options }: ServeMcpOptions): Promise<void> {
  const transport = new StdioServerTransport(input, output);
  const handle = serveStdio(() => createMcpServer(options), { transport });
  await new Promise<void>((resolve) => {
    input.once("close", resolve).once("end", resolve);
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });
  await handle.close();
}
