import { readFileSync } from "node:fs";
import type { PageData } from "@cspace/page/model";
import { renderToString } from "preact-render-to-string";
import { App } from "./view/app.tsx";
import { titleOf } from "./view/title.ts";

interface Manifest {
  readonly [source: string]: { readonly file: string; readonly css?: readonly string[] };
}

const manifest: Manifest = JSON.parse(readFileSync(new URL("../assets/manifest.json", import.meta.url), "utf8"));
const entry = manifest["src/main.tsx"];

/** Renders a whole page, which the script goes on with where there is one. */
export function render(data: PageData): string {
  const styles = (entry?.css ?? []).map((file) => `<link rel="stylesheet" href="/assets/${file}">`).join("");
  // Within a script element only this could end it: https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">',
    `<title>${escapeHtml(titleOf(data))}</title><link rel="icon" href="/favicon.ico" type="image/svg+xml">${styles}</head><body>`,
    `<div id="app">${renderToString(<App {...data} />)}</div>`,
    `<script type="application/json" id="data">${json}</script>`,
    `<script type="module" src="/assets/${entry?.file ?? ""}"></script></body></html>\n`,
  ].join("\n");
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
