/** What a page of the gateway's says, as a document. */
export interface PageDocument {
  readonly title: string;
  /** One sentence. */
  readonly message: string;
  /** What was printed last. @default none */
  readonly lines?: readonly string[] | undefined;
  /** @default none */
  readonly links?: readonly { readonly text: string; readonly url: string }[] | undefined;
  /** HTML for the head. @default nothing */
  readonly head?: string | undefined;
}

/** The colours of everything that cspace shows in a browser. */
export const palette = `  --paper: light-dark(#ffffff, #16181d);
  --ink: light-dark(#1c2030, #e8eaf0);
  --quiet: light-dark(#5a6072, #a3a9ba);
  --line: light-dark(#d5d9e3, #363b48);
  --raised: light-dark(#f5f6fa, #1e212a);
  --accent: light-dark(#3d4fd6, #9aa8ff);`;

const style = `:root {
  color-scheme: light dark;
${palette}
  font: 16px/1.5 system-ui, sans-serif;
}
body { margin: 0; color: var(--ink); background: var(--paper); }
header { padding: 0.75rem 1.25rem; border-bottom: 1px solid var(--line); font-weight: 700; }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { margin: 0 0 1rem; font-size: 1.35rem; overflow-wrap: anywhere; }
a { color: var(--accent); overflow-wrap: anywhere; }
ul { padding: 0; list-style: none; }
pre { overflow: auto; padding: 1rem; background: var(--raised); border: 1px solid var(--line); border-radius: 8px; }`;

/** Renders a page in the look of everything that cspace shows. Pure. */
export function renderDocument({ title, message, lines = [], links = [], head = "" }: PageDocument): string {
  const list = links.map(({ text, url }) => `<li><a href="${escapeHtml(url)}">${escapeHtml(text)}</a></li>`);
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`,
    `${head}<title>${escapeHtml(title)}</title><style>${style}</style></head>`,
    `<body><header>cspace</header><main><h1>${escapeHtml(message)}</h1>`,
    list.length === 0 ? "" : `<ul>${list.join("")}</ul>`,
    lines.length === 0 ? "" : `<pre tabindex="0">${escapeHtml(lines.join("\n"))}</pre>`,
    "</main></body></html>\n",
  ].join("\n");
}

/** Makes any text safe in HTML, also between double or single quotes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
