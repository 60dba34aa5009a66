import type { PageData } from "@cspace/page/model";

/** What the tab is called: what tells it from others comes first. */
export function titleOf({ view }: Pick<PageData, "view">): string {
  return view.instance === null ? "cspace" : `${view.instance} of ${view.project} · cspace`;
}
