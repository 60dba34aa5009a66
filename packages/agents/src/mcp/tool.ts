import type { InstanceOptions } from "@cspace/instances";
import type { ToolAnnotations } from "@modelcontextprotocol/server";
import type { z } from "zod";

/** What a tool works with. */
export interface ToolContext {
  /** Which instance is meant: never another one than those that the server is for. */
  readonly options: InstanceOptions;
  /** Whether instances of other directories may be touched. */
  readonly all: boolean;
  /** Of cspace. */
  readonly version: string;
}

/** One tool of the server. */
export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly title: string;
  /** For the model: what it does, and what it gives. */
  readonly description: string;
  readonly input: Input;
  readonly annotations: ToolAnnotations;
  /** Gives text for the model, short enough for its context. */
  readonly run: (input: z.output<Input>, context: ToolContext) => Promise<string>;
}

/** Makes a tool; it only lets the compiler see what its input is. */
export function tool<Input extends z.ZodObject>(one: Tool<Input>): Tool {
  return one as unknown as Tool;
}
