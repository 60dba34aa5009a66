/** An instance as a status line shows it. */
export interface InstanceStatus {
  readonly instance: string;
  /** Whether it sleeps, and a request wakes it. @default false */
  readonly asleep?: boolean;
  readonly routes: readonly {
    readonly label: string;
    readonly url: string | null;
    readonly via: "proxy" | "port" | "none";
  }[];
}

/** What a status line shows. */
export interface Status {
  readonly instances: readonly InstanceStatus[];
  /** Shown where there is no URL; `null`: then nothing is. */
  readonly hint: string | null;
  /** Shown behind the URLs. @default nothing */
  readonly note?: string;
}

/** So many instances of one directory are shown: it is one line. */
const mostShown = 4;

/**
 * Renders a status as one line without its end: for every route a link whose text is the URL, with the label where the
 * URL does not begin with it. Pure.
 */
export function renderStatus(
  { instances, hint, note }: Status,
  { dim }: { readonly dim: (text: string) => string },
): string {
  const shown = instances.flatMap(({ instance, asleep = false, routes }) => {
    const links = routes.flatMap(({ label, url, via }) => {
      if (url === null) return [];
      return [via === "proxy" ? renderLink(url) : `${dim(label)} ${renderLink(url)}`];
    });
    return links.length === 0 ? [] : [[dim(asleep ? `${instance} (asleep)` : instance), ...links].join("  ")];
  });
  const more = shown.length - mostShown;
  const rest = more > 0 ? [dim(`${more} more: cspace list`)] : [];
  if (shown.length > 0)
    return [...shown.slice(0, mostShown), ...rest, ...(note === undefined ? [] : [dim(note)])].join(dim("  |  "));
  return hint === null ? "" : dim(`cspace: ${hint.replace(/[\p{Cc}\s]+/gu, " ").trim()}`);
}

/** A link of the terminal's: https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda */
function renderLink(url: string): string {
  return `\u001b]8;;${url}\u001b\\${url}\u001b]8;;\u001b\\`;
}
