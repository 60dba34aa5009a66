import { cp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";
import license from "rollup-plugin-license";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * dockerode loads an SSH client, BuildKit's gRPC session and a tar packer when it is imported: most of its import time.
 * cspace reaches none of them: remote engines are refused, and Compose does the building.
 */
const leaveOut = {
  name: "leave-out",
  resolveId: {
    filter: { id: /^(\.\/(ssh|session|buildkit)|tar-fs|@balena\/dockerignore)$/ },
    handler: (id, importer) =>
      importer !== undefined && /node_modules\/(dockerode|docker-modem)\//.test(importer) ? `\0left-out:${id}` : null,
  },
  load: {
    filter: { id: /^\0left-out:/ },
    handler: (id) => ({
      code: `module.exports = function () { throw new Error(${JSON.stringify(`${id.slice(10)} is not part of cspace`)}); };`,
      moduleType: "js",
    }),
  },
};

/** Modules of Node's that most commands do without: 5 ms of 60 when they are loaded before they are used. */
const loadLate = {
  name: "load-late",
  resolveId: {
    filter: { id: /^node:(crypto|https)$/ },
    handler: (id, importer) =>
      importer === undefined || /node_modules|packages\/certs/.test(importer) ? null : `\0late:${id}`,
  },
  load: {
    filter: { id: /^\0late:/ },
    handler: (id) => {
      const names = {
        "node:crypto": ["createHash", "randomBytes", "randomUUID", "timingSafeEqual"],
        "node:https": ["request"],
      }[id.slice(6)];
      const late = (name) =>
        `export const ${name} = (...args) => process.getBuiltinModule("${id.slice(6)}").${name}(...args);`;
      return { code: names.map(late).join("\n"), moduleType: "js" };
    },
  },
};

/**
 * How the program is cut up: what every command line needs, and the workspace's own modules together with those that the
 * same commands load. Each file that is loaded takes half a millisecond, and so does code that is not used.
 */
const codeSplitting = {
  groups: [
    {
      name: "base",
      test: /packages\/errors\/src|picocolors|cli\/(package\.json|src\/(errors|exit-|output\/(output|command-failure)))/,
      priority: 2,
    },
    {
      name: "part",
      test: /packages\/(compose|daemon|hostnames|instances|labels|plan|ports|project)\/src|cli\/src\/(commands|instance-options|output)/,
      priority: 1,
      entriesAware: true,
      entriesAwareMergeThreshold: 3_000,
    },
  ],
};

await rm(here("dist"), { recursive: true, force: true });
/** Bundles one program into a folder below "dist", so that "../templates" means the same as in the libraries. */
async function bundle(name, input, { plugins = [], codeSplitting } = {}) {
  await build({
    cwd: here("."),
    input: { main: input },
    platform: "node",
    // jsonc-parser's main is UMD, whose require() calls a bundler cannot see.
    // readable-stream is Node's own stream module, once more.
    resolve: { mainFields: ["module", "main"], alias: { "readable-stream": "node:stream" } },
    plugins: [leaveOut, loadLate, ...plugins],
    transform: { target: "node20.19" },
    output: {
      dir: `dist/${name}`,
      format: "esm",
      chunkFileNames: "[name]-[hash].js",
      comments: { legal: true },
      minify: { compress: true, mangle: true, codegen: true },
      ...(codeSplitting === undefined ? {} : { codeSplitting }),
    },
  });
}

// What is bundled is published: its licences go along.
const licences = license({ thirdParty: { output: here("dist/THIRD-PARTY-LICENSES.txt") } });
await bundle("app", "src/main.ts", { plugins: [licences], codeSplitting });
await bundle("status", "src/status-main.ts");
await cp(here("../../packages/compose/templates"), here("dist/templates"), { recursive: true });
await cp(here("../page/dist"), here("dist/page"), { recursive: true });
