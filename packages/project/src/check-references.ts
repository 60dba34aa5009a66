import { findNodeAtLocation, type Node } from "jsonc-parser";
import { type Property, propertiesOf } from "./check-node.ts";
import { formatPath, type ReportIssue } from "./settings-issue.ts";
import { suggestName } from "./suggest-name.ts";

/** Reports the mistakes between parts that a schema cannot see: names claimed twice, and processes that are not there. */
export function checkReferences(root: Node, report: ReportIssue): void {
  const at = (...path: string[]): Node | undefined =>
    root.type === "object" ? findNodeAtLocation(root, path) : undefined;
  const routes = propertiesOf(at("routes"));
  const processes = propertiesOf(at("processes"));
  checkProcessRoutes(routes, processes, report);

  const processOf = new Map(routes.map(({ name, value }) => [name, textAt(value, "process")?.value]));
  reportRepeats("the label", report, [
    ...routes.map(({ name, key }) => ({ name, node: key, owner: formatPath(["routes", name]) })),
    ...propertiesOf(at("container", "ports"))
      .filter(({ value }) => value.type === "string")
      .map(({ name, value }) => ({
        name: String(value.value),
        node: value,
        owner: formatPath(["container", "ports", name]),
      })),
    ...processes
      .filter(({ name }) => !isServedBy(processOf.get(name), name, processes))
      .map(({ name, key }) => ({ name, node: key, owner: formatPath(["processes", name]) })),
  ]);
  reportRepeats(
    "the variable",
    report,
    routes.flatMap(({ name, value }) =>
      textsAt(value, "env").map((node) => ({ name: node.value, node, owner: formatPath(["routes", name]) })),
    ),
  );
}

/** A route with a misspelt process was meant for this one, and its mistake is reported already. */
function isServedBy(process: unknown, name: string, processes: readonly Property[]): boolean {
  return process === name || (process !== undefined && !processes.some((known) => known.name === process));
}

interface Claim {
  readonly name: string;
  readonly node: Node;
  readonly owner: string;
}

/** Two claims of one owner are a name written twice in one object, which `checkNode` reports. */
function reportRepeats(what: string, report: ReportIssue, claims: readonly Claim[]): void {
  const owners = new Map<string, string>();
  for (const { name, node, owner } of claims) {
    const first = owners.get(name);
    if (first === undefined) owners.set(name, owner);
    else if (first !== owner)
      report(node, `claims ${what} "${name}", which ${first} has already`, "rename one of them");
  }
}

function checkProcessRoutes(routes: readonly Property[], processes: readonly Property[], report: ReportIssue): void {
  const known = processes.map(({ name }) => name);
  for (const { value } of routes) {
    const process = textAt(value, "process");
    if (process === undefined || known.includes(process.value)) continue;
    const suggestion = suggestName(process.value, known);
    const hint =
      suggestion === undefined ? `processes: ${known.join(", ") || "none"}` : `did you mean "${suggestion}"?`;
    report(process, "names no process of `processes`", hint);
  }
}

function textAt(node: Node, name: string): Node | undefined {
  return propertiesOf(node).find((property) => property.name === name && property.value.type === "string")?.value;
}

function textsAt(node: Node, name: string): Node[] {
  const list = propertiesOf(node).find((property) => property.name === name)?.value;
  return list?.type === "array" ? (list.children ?? []).filter(({ type }) => type === "string") : [];
}
