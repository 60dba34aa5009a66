import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Finds Compose's own program where the `docker` command looks for it, on Unix; `undefined` where it is not in one of
 * the usual folders. What only reads files may call it directly and save the start of `docker`, half of its time.
 *
 * @see https://docs.docker.com/compose/install/linux/#install-the-plugin-manually
 */
export function findComposePlugin(env: NodeJS.ProcessEnv, homedir: string): string | undefined {
  const folders = [
    join(env.DOCKER_CONFIG || join(homedir, ".docker"), "cli-plugins"),
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
  ];
  return folders.map((folder) => join(folder, "docker-compose")).find((path) => existsSync(path));
}
