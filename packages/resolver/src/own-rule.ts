import type { FileState } from "@cspace/plan";
import type { FileKind } from "./resolver-state.ts";
import { parseRule, type RuleText } from "./rule-formats.ts";

/** The rule in a file that cspace wrote; `undefined` for every other file. cspace makes no links. */
export function ownRule(kind: FileKind, file: FileState): RuleText | undefined {
  if (file.kind === "missing" || file.target !== file.path) return undefined;
  return parseRule(kind, file.content);
}
