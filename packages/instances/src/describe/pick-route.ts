import { CspaceError } from "@cspace/errors";
import { suggestName } from "@cspace/project";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import type { MachineInstance, MachineRoute } from "./merge-instances.ts";

/**
 * The route that a label names, or the only one there is.
 *
 * @throws {CspaceError} `CSPACE_LABEL_UNKNOWN`, with those that there are.
 */
export function pickRoute({ routes, instance }: MachineInstance, label: string | undefined): MachineRoute {
  const found = label === undefined && routes.length === 1 ? routes[0] : routes.find((route) => route.label === label);
  if (found !== undefined) return found;
  const what = label === undefined ? "which route is meant is not clear" : `${instance} has no route ${label}`;
  const labels = routes.map((route) => route.label);
  const near = label === undefined ? undefined : suggestName(label, labels);
  throw new CspaceError<InstancesErrorCode>("CSPACE_LABEL_UNKNOWN", what, {
    hint: `${near === undefined ? "" : `did you mean ${near}? `}there are: ${labels.join(", ") || "none"}`,
  });
}
