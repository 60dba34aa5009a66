import type { Field } from "../http/fields.ts";
import type { RequestHead } from "../http/request-head.ts";
import { isUpgrade, upgradeOf } from "../http/upstream-head.ts";
import { loopPage, malformedPage } from "../pages/pages.ts";
import type { Page } from "../pages/render-page.ts";
import type { Target } from "../route-table.ts";

/** What the gateway answers of itself on a route that it serves; `undefined` when the service is to answer. */
export function refusalOf(request: RequestHead, target: Target, gatewayName: string): Page | undefined {
  const protocol = upgradeOf(request);
  if (protocol !== undefined && !isUpgrade(protocol)) return malformedPage(400, "Upgrade names no protocol");
  if (request.minor === 1 && request.fields.some(isUnknownExpectation)) {
    return malformedPage(417, "nothing but 100-continue can be expected");
  }
  const wasHere = request.fields.some(({ key, value }) => key === "via" && value.includes(gatewayName));
  return wasHere ? loopPage(target) : undefined;
}

/** An expectation that nobody here can tell to be met (RFC 9110, 10.1.1). */
function isUnknownExpectation({ key, value }: Field): boolean {
  return key === "expect" && value.toLowerCase() !== "100-continue";
}
