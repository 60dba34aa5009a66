import { CspaceError } from "@cspace/errors";
import type { HostDns } from "@cspace/instances";
import type { ResolverKind, ResolverReport } from "@cspace/resolver";
import type { CliErrorCode } from "../errors.ts";
import { CommandFailure } from "../output/command-failure.ts";
import type { Output } from "../output/output.ts";
import { renderTable } from "../output/table.ts";

/** The host's resolver as commands print it. */
export interface ResolverDocument {
  /** One for each domain, and under WSL one for each side. */
  readonly resolvers: readonly ResolverReport[];
  /** What answers names on this machine, and how that is known. */
  readonly chosen: readonly { readonly kind: ResolverKind; readonly why: string }[];
}

/** Describes what became of every domain. */
export function describeResolvers({ states }: HostDns, resolvers: readonly ResolverReport[]): ResolverDocument {
  return { resolvers, chosen: states.map(({ kind, why }) => ({ kind, why })) };
}

/** Renders the domains for people: a line for each, with the reason and the fix below those that are not well. */
export function renderResolvers({ resolvers, chosen }: ResolverDocument, { style }: Output): string {
  const colors = {
    ok: style.green,
    "no-rule": style.yellow,
    "no-dns": style.red,
    "not-used": style.red,
    slow: style.red,
  };
  const rows = resolvers.map(({ domain, state, kind, port }) => [
    domain,
    colors[state](state),
    style.dim(port === null ? kind : `${kind}, port ${port}`),
  ]);
  const lines = renderTable(rows).split("\n");
  const domains = resolvers.flatMap(({ reason, fix }, index) => [
    lines[index] ?? "",
    ...(reason === null ? [] : [`  ${reason}`]),
    ...(fix === null ? [] : [`  ${style.cyan("fix")}  ${fix}`]),
  ]);
  return [...domains, "", ...chosen.map(({ kind, why }) => style.dim(`${kind}: ${why}`))].join("\n");
}

/**
 * Asserts that the resolver follows the rules that are in place. A DNS that is not running yet is no failure of theirs.
 *
 * @throws {CommandFailure} `CSPACE_DOMAIN_UNRESOLVED`, with the document.
 */
export function requireFollowed(document: ResolverDocument, { ruled }: HostDns): void {
  const lost = document.resolvers.find(({ domain, state }) => state === "not-used" && ruled.includes(domain));
  if (lost === undefined) return;
  const message = `names under ${lost.domain} do not lead to this machine: ${lost.reason}`;
  const error = new CspaceError<CliErrorCode>("CSPACE_DOMAIN_UNRESOLVED", message, { hint: lost.fix ?? undefined });
  throw new CommandFailure(error, document);
}
