import type { PageInstance } from "@cspace/page/model";
import type { VNode } from "preact";

/** The colour of an instance, which its tabs and its row in the terminal have as well. */
export function Badge({ hue }: Pick<PageInstance, "hue">): VNode {
  return (
    <svg class="badge" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <circle cx="8" cy="8" r="7" fill={`hsl(${hue} 65% 50%)`} />
    </svg>
  );
}

/** How something is, in a word and a colour. */
export function Health({ is }: { readonly is: string }): VNode {
  return <span class={`health ${is}`}>{is}</span>;
}
