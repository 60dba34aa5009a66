import { readFile } from "node:fs/promises";
import { certificateFolder } from "@cspace/certs";
import type { HomePaths } from "@cspace/compose";
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
  const { root: path } = certificateFolder(paths.certs);
  // A file that is damaged is told by those who need it: here HTTP will do.
  const certificate = await readFile(path, "utf8").catch(() => undefined);
  if (certificate === undefined) return undefined;
  const home = env.HOME === undefined ? {} : { home: env.HOME };
  const trusted = await readTrustedBy({ root: { path, certificate }, platform, ...home });
  return trusted.browser || trusted.program ? { port: httpsPort, root: certificate, trusted } : undefined;
}
