import { toSlug } from "@cspace/hostnames";
import type { Node } from "jsonc-parser";
import type { AnyOfSchema, ArraySchema, IntegerSchema, JsonSchema, ObjectSchema, StringSchema } from "./json-schema.ts";
import { quoteText } from "./quote-text.ts";
import type { ReportIssue } from "./settings-issue.ts";
import { settingsSchema } from "./settings-schema.ts";
import { suggestName } from "./suggest-name.ts";

/** Reports everything in which a node of the parsed file differs from a schema, and names written twice. */
export function checkNode(node: Node, schema: JsonSchema, report: ReportIssue): void {
  const rule = resolveRef(schema);
  if ("anyOf" in rule) checkAnyOf(node, rule, report);
  else if (!hasType(node, rule)) report(node, mustBe(rule, node));
  else if (rule.type === "object") checkObject(node, rule, report);
  else if (rule.type === "array") checkArray(node, rule, report);
  else if (rule.type === "string") checkString(node, rule, report);
  else if (rule.type === "integer") checkInteger(node, rule, report);
}

type ResolvedSchema = Exclude<JsonSchema, { $ref: string }>;
type TypedSchema = Exclude<ResolvedSchema, AnyOfSchema>;

function resolveRef(schema: JsonSchema): ResolvedSchema {
  if (!("$ref" in schema)) return schema;
  const found = settingsSchema.$defs[schema.$ref.slice("#/$defs/".length)];
  if (found === undefined) throw new Error(`${schema.$ref} is not defined in the settings' schema`);
  return resolveRef(found);
}

function hasType(node: Node, { type }: TypedSchema): boolean {
  return type === "integer" ? Number.isInteger(node.value) : node.type === type;
}

/** The branch that shares most names with the node is the one that was meant; its mistakes are the ones to report. */
function checkAnyOf(node: Node, rule: AnyOfSchema, report: ReportIssue): void {
  const branches = rule.anyOf.map(resolveRef).filter((branch) => "type" in branch);
  const shared = (branch: TypedSchema): number => {
    if (branch.type !== "object") return 0;
    return propertiesOf(node).filter(({ name }) => Object.hasOwn(branch.properties ?? {}, name)).length;
  };
  const [meant] = branches.filter((branch) => hasType(node, branch)).sort((a, b) => shared(b) - shared(a));
  if (meant === undefined) report(node, mustBe(rule, node));
  else checkNode(node, meant, report);
}

function checkObject(node: Node, rule: ObjectSchema, report: ReportIssue): void {
  const { properties = {}, required = [], propertyNames, additionalProperties } = rule;
  const known = Object.keys(properties);
  const seen = new Map<string, Node>();
  const suggested = new Set<string>();
  for (const { name, key, value } of propertiesOf(node)) {
    if (seen.has(name)) report(key, "is written twice; the last one would win", "keep one of them");
    seen.set(name, key);
    if (Object.hasOwn(properties, name)) {
      checkNode(value, properties[name] as JsonSchema, report);
    } else if (additionalProperties === false) {
      const suggestion = suggestName(name, known);
      if (suggestion !== undefined) suggested.add(suggestion);
      report(key, "is not a known key", suggestion ? `did you mean "${suggestion}"?` : `known: ${known.join(", ")}`);
    } else {
      if (propertyNames !== undefined) checkNode(key, propertyNames, report);
      checkNode(value, additionalProperties, report);
    }
  }
  for (const name of required.filter((name) => !seen.has(name) && !suggested.has(name))) {
    report(node, `needs "${name}": ${expected(resolveRef(properties[name] as JsonSchema))}`);
  }
}

function checkArray(node: Node, { items, minItems = 0 }: ArraySchema, report: ReportIssue): void {
  const children = node.children ?? [];
  if (children.length < minItems) report(node, "must not be an empty list");
  for (const child of children) checkNode(child, items, report);
}

function checkString(node: Node, rule: StringSchema, report: ReportIssue): void {
  const { pattern, maxLength = Number.POSITIVE_INFINITY } = rule;
  const text: string = node.value;
  if ([...text].length <= maxLength && (pattern === undefined || new RegExp(pattern, "u").test(text))) return;
  const slug = rule === settingsSchema.$defs.label && text.trim() !== "" ? toSlug(text).slug : undefined;
  report(node, mustBe(rule, node), slug && `write "${slug}"`);
}

function checkInteger(node: Node, rule: IntegerSchema, report: ReportIssue): void {
  if (node.value < rule.minimum || node.value > rule.maximum) report(node, mustBe(rule, node));
}

function mustBe(rule: ResolvedSchema, node: Node): string {
  return `must be ${expected(rule)}, not ${shown(node)}`;
}

function expected(rule: ResolvedSchema): string {
  if ("type" in rule && rule.type === "object") return "an object";
  if ("type" in rule && rule.type === "array") return "a list";
  return rule.description ?? "something else";
}

function shown(node: Node): string {
  if (node.type === "object") return "an object";
  if (node.type === "array") return "a list";
  return node.type === "string" ? quoteText(node.value) : String(node.value);
}

/** A property of an object in the parsed file. */
export interface Property {
  readonly name: string;
  readonly key: Node;
  readonly value: Node;
}

/** The complete properties of a node, in the order of the text; none when the node is not an object. */
export function propertiesOf(node: Node | undefined): Property[] {
  if (node?.type !== "object") return [];
  return (node.children ?? []).flatMap(({ children: [key, value] = [] }) => {
    return key === undefined || value === undefined ? [] : [{ name: String(key.value), key, value }];
  });
}
