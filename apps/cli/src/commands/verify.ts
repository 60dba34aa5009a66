import { type Verification, verifyRoute } from "@cspace/instances";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitWith } from "../exit-with.ts";
import { instanceOptions } from "../instance-options.ts";

/** Tells whether a URL is served by the code of this directory; ends with 1 when it is not, or nothing proves it. */
export async function run(context: Context, args: CommandArgs): Promise<ExitWith> {
  const target = typeof args.label === "string" ? args.label : undefined;
  const verification = await verifyRoute({ ...instanceOptions(context), target });
  return new ExitWith(verification.verified ? 0 : 1, verification);
}

/** Renders the verdict, and the next command to type. */
export function render({ verified, url, reason, hint, identity }: Verification, { output }: Context): string {
  const { style } = output;
  if (!verified) return `${style.red("not verified")}  ${reason}\n${style.cyan("fix")}  ${hint}`;
  const commit = identity?.commit?.slice(0, 10) ?? null;
  const at = [identity?.branch ?? null, commit, identity?.dirty === true ? "with changes" : null];
  const where = at.filter((part) => part !== null).join(", ");
  return `${style.green("verified")}  ${url} is ${identity?.directory}${where === "" ? "" : ` (${where})`}`;
}
