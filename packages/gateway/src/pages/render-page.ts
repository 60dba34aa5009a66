import { createHash } from "node:crypto";
import { httpDate } from "../http/client-head.ts";
import type { RequestHead } from "../http/request-head.ts";
import type { marksOf } from "../route-table.ts";
import { chooseType, type PageType } from "./choose-type.ts";
import { renderDocument } from "./render-document.ts";

/** What the gateway itself has to say, before it is HTML, JSON or text. */
export interface Page {
  readonly status: number;
  /** For programs: `unknown-host`, `process-down`, ... */
  readonly error: string;
  /** One sentence. */
  readonly message: string;
  /** Beside the status, the error and the message in JSON. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /** What a process printed last. */
  readonly lines?: readonly string[] | undefined;
  readonly links?: readonly { readonly text: string; readonly url: string }[] | undefined;
  /** What it is in place of all words. */
  readonly raw?: { readonly type: string; readonly body: string } | undefined;
  /** Where to go instead. */
  readonly location?: string | undefined;
  /** The page is worth asking for again, after so many seconds; a browser does so by itself. */
  readonly retryAfter?: number | undefined;
}

/** Whom a page is for. */
export interface PageReader {
  /** `undefined` when it could not be read. */
  readonly request: RequestHead | undefined;
  /** The fields by which its route is known. */
  readonly marks: ReturnType<typeof marksOf>;
  readonly close: boolean;
}

const reasons: Readonly<Record<number, string>> = {
  200: "OK",
  308: "Permanent Redirect",
  400: "Bad Request",
  404: "Not Found",
  408: "Request Timeout",
  417: "Expectation Failed",
  431: "Request Header Fields Too Large",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
  508: "Loop Detected",
};

/** What a page is sent as: its fields, and its body in HTML or JSON to whom asks for it, else in plain text. */
export function describePage(
  page: Page,
  { request, marks }: Omit<PageReader, "close">,
): { readonly fields: readonly (readonly [name: string, value: string])[]; readonly body: Buffer } {
  const accepted = request?.fields.filter(({ key }) => key === "accept").map(({ value }) => value) ?? [];
  const words = chooseType(accepted.join(","));
  const { type, body: text } = page.raw ?? { type: `${words}; charset=utf-8`, body: render[words](page) };
  const body = Buffer.from(text);
  const fields = [
    ["Content-Type", type],
    ["Content-Length", String(body.length)],
    ["Cache-Control", "no-store"],
    ["X-Content-Type-Options", "nosniff"],
    ["Content-Security-Policy", page.retryAfter === undefined ? still : `${still}; ${turning}`],
    ["Date", httpDate()],
    ...(page.location === undefined ? [] : [["Location", page.location] as const]),
    ...(page.retryAfter === undefined ? [] : [["Retry-After", String(page.retryAfter)] as const]),
    ...marks,
  ] as const;
  return { fields, body };
}

/** The whole response of HTTP/1.1 that shows a page. */
export function renderPage(page: Page, { request, marks, close }: PageReader): Buffer {
  const { fields, body } = describePage(page, { request, marks });
  const head = [
    `HTTP/1.1 ${page.status} ${reasons[page.status] ?? "Error"}`,
    ...fields.map(([name, value]) => `${name}: ${value}`),
    ...(close ? ["Connection: close"] : []),
  ];
  const text = Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1");
  return request?.method === "HEAD" ? text : Buffer.concat([text, body]);
}

const render: Readonly<Record<PageType, (page: Page) => string>> = {
  "application/json": ({ status, error, message, data, lines }) =>
    `${JSON.stringify({ status, error, message, ...data, ...(lines === undefined ? {} : { lines }) })}\n`,
  "text/plain": ({ message, lines = [], links = [] }) =>
    [message, ...links.map(({ url }) => `  ${url}`), ...lines.map((line) => `  ${line}`), ""].join("\n"),
  "text/html": renderHtml,
};

/** What pages may do: nothing. */
const still = "default-src 'none'; style-src 'unsafe-inline'";

/**
 * Asks for the page that is shown instead, and waits; when it is there, it is shown. A browser breaks off what it loads when
 * the machine's network changes, as it does with every container: so the page itself stays, and asks again.
 */
const turn = `const ask = () => fetch(location.href, { method: "HEAD", cache: "no-store" })
  .then(({ headers }) => headers.get("x-cspace-state") === null ? location.reload() : later(), later);
const later = () => setTimeout(ask, 1000);
ask();`;

const turning = `script-src 'sha256-${createHash("sha256").update(turn).digest("base64")}'; connect-src 'self'`;

function renderHtml({ status, message, lines, links, retryAfter }: Page): string {
  const refresh =
    retryAfter === undefined
      ? ""
      : `<noscript><meta http-equiv="refresh" content="${retryAfter}"></noscript><script>${turn}</script>`;
  const title = `${status} ${reasons[status] ?? ""}`;
  return renderDocument({ title, message, lines, links, head: refresh });
}
