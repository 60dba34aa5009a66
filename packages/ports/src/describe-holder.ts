import type { PortHolder } from "./port-holder.ts";

/**
 * Words for a {@link PortHolder} that fit after "is taken by"; control characters in a name become `?`.
 *
 * @example
 * ```ts
 * describeHolder({ kind: "process", name: "nginx", pid: 123 }); //=> "nginx (pid 123)"
 * ```
 */
export function describeHolder(holder: PortHolder): string {
  switch (holder.kind) {
    case "container":
      return `the container ${printable(holder.name)}`;
    case "process":
      return `${printable(holder.name)} (pid ${holder.pid})`;
    case "unknown":
      return "a process of another user";
  }
}

const printable = (name: string): string => name.replace(/\p{Cc}/gu, "?");
