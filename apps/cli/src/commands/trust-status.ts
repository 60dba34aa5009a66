import type { Context } from "../context.ts";
import { describeTrust, renderTrust, type TrustDocument } from "../setup/trust-document.ts";
import { readMachineTrust } from "../setup/trust-machine.ts";

/** Tells for every certificate store whether it trusts this machine's authority, and who asks it. */
export async function run(context: Context): Promise<TrustDocument> {
  return describeTrust(await readMachineTrust(context));
}

/** Renders the stores. */
export function render(data: TrustDocument, { output }: Context): string {
  return renderTrust(data, output);
}
