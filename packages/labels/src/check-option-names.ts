import { CspaceError } from "@cspace/errors";
import type { LabelsErrorCode } from "./labels-error-code.ts";

const allowed = /^[A-Za-z0-9_.-]+$/;

/**
 * Throws unless there is at least one name and each has allowed characters only.
 *
 * They go into labels as they stand, where a comma would make two entry points of one.
 */
export function checkOptionNames(
  what: "domain" | "entry point" | "network" | "transport",
  names: readonly string[],
): void {
  if (names.length === 0) throw invalid(`no ${what} is given`, `give at least one ${what}, or leave the option out`);
  for (const name of names) {
    if (!allowed.test(name)) {
      throw invalid(
        `the ${what} ${printable(name)} has characters that no label takes`,
        "use letters, digits, _ . and -",
      );
    }
  }
}

function invalid(message: string, hint: string): CspaceError<LabelsErrorCode> {
  return new CspaceError("CSPACE_LABEL_OPTION_INVALID", message, { hint });
}

function printable(name: string): string {
  const shown = name.length > 80 ? `${name.slice(0, 80)}...` : name;
  return JSON.stringify(shown).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
