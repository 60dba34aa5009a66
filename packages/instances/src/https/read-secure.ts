import { certificateFolder, readRoot } from "@cspace/certs";
import type { HomePaths } from "@cspace/compose";
import { isCspaceError } from "@cspace/errors";
import type { UrlQuestion } from "@cspace/ports";
import { readTrustedBy } from "@cspace/trust";
import type { Context } from "../options.ts";

/** What is asked of HTTPS before a URL is chosen; `undefined` where nobody would trust what is shown there. */
export async function readSecure(
  { env, platform }: Pick<Context, "env" | "platform">,
  paths: HomePaths,
  httpsPort: number | null,
): Promise<UrlQuestion["secure"]> {
  if (httpsPort === null) return undefined;
  try {
    const root = await readRoot(certificateFolder(paths.certs));
    if (root === undefined) return undefined;
    const trusted = await readTrustedBy({ root, platform, ...(env.HOME === undefined ? {} : { home: env.HOME }) });
    if (!trusted.browser && !trusted.program) return undefined;
    return { port: httpsPort, root: root.certificate, trusted };
  } catch (error) {
    // A file that is damaged is told by those who need it: here HTTP will do.
    if (!isCspaceError(error)) throw error;
    return undefined;
  }
}
