import { CspaceError } from "@cspace/errors";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";

/**
 * Refuses the flags that a command cannot heed that hands the terminal to a program.
 *
 * @throws {CspaceError} `CSPACE_USAGE`
 */
export function refuseDocuments({ flags }: Context, name: string): void {
  const refused = flags.json ? "--json" : flags.dryRun ? "--dry-run" : undefined;
  if (refused === undefined) return;
  throw new CspaceError<CliErrorCode>("CSPACE_USAGE", `${name} has no ${refused}`, {
    hint: "what is printed is the command's own; put its options after its name",
  });
}
