import { cp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * dockerode loads an SSH client and BuildKit's gRPC session when it is imported, three quarters of its import time.
 * cspace reaches neither: remote engines are refused, and Compose does the building.
 */
const leaveOut = {
  name: "leave-out",
  setup(bundle) {
    bundle.onResolve({ filter: /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs)/ }, ({ path }) => ({
      path,
      namespace: "left-out",
    }));
    bundle.onResolve({ filter: /\/(session|ssh)$/ }, ({ path, importer }) =>
      /docker(ode|-modem)/.test(importer) ? { path, namespace: "left-out" } : undefined,
    );
    bundle.onLoad({ filter: /.*/, namespace: "left-out" }, ({ path }) => ({
      contents: `module.exports = function () { throw new Error(${JSON.stringify(`${path} is not part of cspace`)}); };`,
    }));
  },
};

await rm(here("dist"), { recursive: true, force: true });
await build({
  absWorkingDir: here("."),
  entryPoints: ["src/main.ts"],
  // Below "dist", so that "../templates" means the same as in the libraries.
  outdir: "dist/app",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  // jsonc-parser's main is UMD, whose require() calls a bundler cannot see.
  mainFields: ["module", "main"],
  minifySyntax: true,
  legalComments: "linked",
  plugins: [leaveOut],
  // Bundled CommonJS calls require() for Node's own modules.
  banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
  logLevel: "warning",
});
await cp(here("../../packages/compose/templates"), here("dist/templates"), { recursive: true });
