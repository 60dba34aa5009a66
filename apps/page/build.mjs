import { fileURLToPath } from "node:url";
import license from "rollup-plugin-license";
import { build } from "vite";

const root = fileURLToPath(new URL(".", import.meta.url));
const common = {
  root,
  configFile: false,
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
};

// What a browser gets: one script and one style, by names that change with what is in them.
const output = fileURLToPath(new URL("dist/THIRD-PARTY-LICENSES.txt", import.meta.url));
await build({
  ...common,
  plugins: [license({ thirdParty: { output } })],
  build: {
    outDir: "dist/assets",
    assetsDir: "",
    manifest: "manifest.json",
    modulePreload: false,
    rolldownOptions: {
      input: "src/main.tsx",
      output: { entryFileNames: "[name]-[hash].js", assetFileNames: "[name]-[hash][extname]" },
    },
  },
});

// What renders the page before that, in the daemon.
await build({
  ...common,
  ssr: { noExternal: true, target: "node" },
  build: {
    outDir: "dist/server",
    ssr: "src/render.tsx",
    target: "node20",
    rolldownOptions: { output: { entryFileNames: "render.js" } },
  },
});
