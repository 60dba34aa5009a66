import { fileURLToPath } from "node:url";
import type { DaemonView } from "@cspace/daemon";
import { createPage, type PageAnswer, type PageData } from "@cspace/page";
import packageJson from "../../package.json" with { type: "json" };
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";

/** Where the page in the browser is, beside the program. */
const folder = new URL("../page/", import.meta.url);

/** Loads what answers under the page's hostname. */
export async function loadPage(context: Context, { engines, subscribe }: DaemonView): Promise<PageAnswer> {
  const { render } = (await import(new URL("server/render.js", folder).href)) as {
    readonly render: (data: PageData) => string;
  };
  return createPage({
    version: packageJson.version,
    assets: fileURLToPath(new URL("assets/", folder)),
    render,
    subscribe,
    options: () => {
      const endpoint = engines().at(-1);
      const env = endpoint === undefined ? context.env : { ...context.env, DOCKER_HOST: endpoint };
      const { platform, daemonProgram } = instanceOptions(context);
      return { env, platform, daemonProgram };
    },
  });
}
