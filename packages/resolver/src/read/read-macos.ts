import type { ResolverState } from "../resolver-state.ts";
import type { Machine } from "./machine.ts";
import { readInstalled } from "./read-installed.ts";
import { readPlace } from "./read-place.ts";

/** The resolver of macOS. */
export async function readMacos({ domains, root }: Machine): Promise<ResolverState> {
  // https://keith.github.io/xcode-man-pages/resolver.5.html; a flush drops names that were not found before.
  const reload = ["dscacheutil -flushcache", "killall mDNSResponder"];
  const place = await readPlace("macos", { root, domains, reload, startedAt: null });
  const why = "macOS reads one file a domain in /etc/resolver";
  return { kind: "macos", why, ...(await readInstalled([place], root)), anyPort: true, sources: [] };
}
