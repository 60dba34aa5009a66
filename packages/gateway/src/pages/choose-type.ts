/** The forms in which a page can be shown; of those that a client likes equally well, the first. */
const types = ["text/plain", "text/html", "application/json"] as const;
export type PageType = (typeof types)[number];

/** One member of `Accept`. */
interface Range {
  readonly type: string;
  readonly weight: number;
  readonly place: number;
}

/** How well a client likes a type: the most specific range that fits it, and where that stands. */
interface Liking {
  readonly weight: number;
  readonly specificity: number;
  readonly place: number;
}

/**
 * The form that a client prefers by its `Accept` (RFC 9110, 12.5.1): the heaviest, of those the one that it names most
 * exactly, of those the one that it names first. Who accepts none of them gets plain text: an error is to be read.
 */
export function chooseType(accept: string): PageType {
  const ranges = accept.toLowerCase().split(",").flatMap(readRange);
  let best: { readonly type: PageType; readonly liking: Liking } | undefined;
  for (const type of types) {
    const liking = likingOf(type, ranges);
    if (liking.weight > 0 && (best === undefined || isBetter(liking, best.liking))) best = { type, liking };
  }
  return best?.type ?? "text/plain";
}

function readRange(member: string, place: number): Range[] {
  const [type = "", ...parameters] = member.split(";").map((part) => part.trim());
  const weights = parameters.flatMap((one) => /^q=(.*)$/.exec(one)?.[1] ?? []);
  const weight = weights[0] === undefined ? 1 : Number(weights[0]);
  return type === "" || Number.isNaN(weight) ? [] : [{ type, weight, place }];
}

function likingOf(type: PageType, ranges: readonly Range[]): Liking {
  let liking: Liking = { weight: 0, specificity: -1, place: 0 };
  for (const { type: range, weight, place } of ranges) {
    const specificity = specificityOf(range, type);
    const closer = specificity > liking.specificity;
    if (closer || (specificity !== -1 && specificity === liking.specificity && weight > liking.weight)) {
      liking = { weight, specificity, place };
    }
  }
  return liking;
}

/** How exactly a range names a type; -1 when it does not. Who asks for a kind of JSON or of HTML takes JSON or HTML. */
function specificityOf(range: string, type: PageType): number {
  if (range === "*/*") return 0;
  if (range === `${type.split("/")[0]}/*`) return 1;
  if (range === type) return 3;
  const kind = range === "application/xhtml+xml" ? "text/html" : range.endsWith("+json") ? "application/json" : "";
  return kind === type ? 2 : -1;
}

function isBetter(one: Liking, other: Liking): boolean {
  if (one.weight !== other.weight) return one.weight > other.weight;
  if (one.specificity !== other.specificity) return one.specificity > other.specificity;
  return one.place < other.place;
}
