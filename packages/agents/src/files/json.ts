import { isDeepStrictEqual } from "node:util";
import { CspaceError } from "@cspace/errors";
import { planProperty } from "@cspace/plan";
import {
  applyEdits,
  type Edit,
  type FormattingOptions,
  findNodeAtLocation,
  getNodePath,
  getNodeValue,
  type JSONPath,
  modify,
  type Node,
  type ParseError,
  parse,
  parseTree,
} from "jsonc-parser";
import type { AgentsErrorCode } from "../agents-error-code.ts";
import type { AgentFile, AgentFileHead } from "./agent-file.ts";

/** A property of a JSON file that is cspace's: only the last part of the path. */
export function entry(
  head: AgentFileHead,
  {
    path,
    value,
    isOurs,
  }: { readonly path: JSONPath; readonly value: object; readonly isOurs: (there: unknown) => boolean },
): AgentFile {
  return {
    ...head,
    look: (text) => {
      const root = read(head.path, text);
      const there = valueAt(root, path);
      if (isBlocked(root, path) || (there !== undefined && !isOurs(there))) return "foreign";
      if (there === undefined) return "absent";
      return isDeepStrictEqual(there, value) ? "installed" : "outdated";
    },
    put: (text) => set(text, path, value),
    take: (text) => {
      const there = valueAt(read(head.path, text), path);
      return there === undefined || !isOurs(there) ? text : clear(text, path);
    },
  };
}

/** Items of a list of a JSON file that are cspace's; those of others stay where they are. */
export function items(
  head: AgentFileHead,
  {
    path,
    values,
    isOurs,
    base = {},
  }: {
    readonly path: JSONPath;
    readonly values: readonly unknown[];
    readonly isOurs: (there: unknown) => boolean;
    /** What else a new file needs. @default nothing */
    readonly base?: object;
  },
): AgentFile {
  const listed = (text: string | null): readonly unknown[] => {
    const there = valueAt(read(head.path, text), path);
    return Array.isArray(there) ? there : [];
  };
  const others = (text: string): readonly unknown[] => listed(text).filter((one) => !isOurs(one));
  return {
    ...head,
    look: (text) => {
      const root = read(head.path, text);
      const there = valueAt(root, path);
      if (isBlocked(root, path) || (there !== undefined && !Array.isArray(there))) return "foreign";
      const ours = listed(text).filter(isOurs);
      if (ours.length === 0) return values.length === 0 ? "installed" : "absent";
      return isDeepStrictEqual(ours, [...values]) ? "installed" : "outdated";
    },
    put: (text) => {
      const start = text ?? `${JSON.stringify(base, null, 2)}\n`;
      return set(start, path, [...others(start), ...values]);
    },
    take: (text) => {
      const rest = others(text);
      if (rest.length === listed(text).length) return text;
      const cleared = rest.length > 0 ? set(text, path, rest) : clear(text, path);
      return cleared !== null && isDeepStrictEqual(parse(cleared), base) ? null : cleared;
    },
  };
}

function read(path: string, text: string | null): unknown {
  const errors: ParseError[] = [];
  const found: unknown = parse(text?.replace(/^\ufeff/, "") ?? "{}", errors, { allowTrailingComma: true });
  if (errors.length === 0 && typeof found === "object" && found !== null && !Array.isArray(found)) return found;
  throw new CspaceError<AgentsErrorCode>(
    "CSPACE_AGENT_FILE_INVALID",
    `${path} is not a JSON object; nothing is changed`,
    {
      hint: "mend the file, then run the command again",
    },
  );
}

function valueAt(root: unknown, path: JSONPath): unknown {
  return path.reduce<unknown>(
    (found, key) => (typeof found === "object" && found !== null ? (found as Record<string, unknown>)[key] : undefined),
    root,
  );
}

/** Whether something else than an object is on the way. */
function isBlocked(root: unknown, path: JSONPath): boolean {
  return path.some((_, depth) => {
    const there = depth === 0 ? root : valueAt(root, path.slice(0, depth));
    return there !== undefined && (typeof there !== "object" || there === null || Array.isArray(there));
  });
}

/** Sets a value, and makes the objects on the way to it; nothing else in the text moves or changes. */
function set(text: string | null, path: JSONPath, value: unknown): string {
  const start = text ?? "{\n}\n";
  const root = parseTree(start, [], { allowTrailingComma: true });
  const there = root && findNodeAtLocation(root, [...path]);
  if (there !== undefined) return replace(start, there, value);
  let [object, depth] = [root, 0];
  while (object !== undefined && depth < path.length - 1) {
    const next = findNodeAtLocation(object, [path[depth] as string]);
    if (next?.type !== "object") break;
    [object, depth] = [next, depth + 1];
  }
  if (object?.type !== "object") return start;
  const nested = path.slice(depth + 1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  const { tabSize = 2, insertSpaces } = styleOf(start);
  const unit = insertSpaces === false ? "\t" : " ".repeat(tabSize);
  const edits = planProperty(start, object, {
    key: String(path[depth]),
    value: {
      line: inline(nested),
      lines: (indent) => JSON.stringify(nested, null, unit).replaceAll("\n", `\n${indent}`),
    },
  });
  return applyEdits(start, [...edits]);
}

/** Another value in the place of one; of a list only the items that differ. */
function replace(text: string, node: Node, value: unknown): string {
  const before: unknown = getNodeValue(node);
  if (Array.isArray(before) && Array.isArray(value)) return replaceItems(text, getNodePath(node), value);
  return applyEdits(text, [{ offset: node.offset, length: node.length, content: inline(value) }]);
}

function replaceItems(text: string, path: JSONPath, value: readonly unknown[]): string {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const node = root && findNodeAtLocation(root, path);
  if (node === undefined) return text;
  const children = node.children ?? [];
  const goes = children.findIndex((child) => !value.some((one) => isDeepStrictEqual(one, getNodeValue(child))));
  if (goes !== -1) return replaceItems(applyEdits(text, [removal(children, goes)]), path, value);
  const there = children.map((child): unknown => getNodeValue(child));
  const comes = value.filter((one) => !there.some((other) => isDeepStrictEqual(one, other)));
  const last = children.at(-1);
  const content = `${last === undefined ? "" : ", "}${comes.map(inline).join(", ")}`;
  const offset = last === undefined ? node.offset + 1 : last.offset + last.length;
  return comes.length === 0 ? text : applyEdits(text, [{ offset, length: 0, content }]);
}

/** Takes an item out, with the comma to its neighbour. */
function removal(children: readonly Node[], at: number): Edit {
  const [previous, own, next] = [children[at - 1], children[at] as Node, children[at + 1]];
  const from = previous === undefined ? own.offset : previous.offset + previous.length;
  const to = previous === undefined && next !== undefined ? next.offset : own.offset + own.length;
  return { offset: from, length: to - from, content: "" };
}

/** In one line, as people write it. */
function inline(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(/\n\s*/g, " ").replaceAll("[ ", "[").replaceAll(" ]", "]");
}

/** Takes a property out, with the objects around it that hold nothing else; `null`: nothing is left. */
function clear(text: string, path: JSONPath): string | null {
  const edits = modify(text, path, undefined, { formattingOptions: styleOf(text) });
  const cleared = applyEdits(text, edits);
  const parent = path.slice(0, -1);
  const around = valueAt(parse(cleared), parent);
  if (typeof around !== "object" || around === null || Object.keys(around).length > 0) return cleared;
  return parent.length === 0 ? null : clear(cleared, parent);
}

/** As the file is written. */
function styleOf(text: string): FormattingOptions {
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  return { insertSpaces: !indent.includes("\t"), tabSize: indent.includes("\t") ? 1 : indent.length, eol };
}
