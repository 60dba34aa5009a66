import type { RouteName } from "@cspace/hostnames";

/** A route of a container, as its labels carry it. */
export interface LabelledRoute extends RouteName {
  /** The port inside the container, 1 to 65535. */
  readonly port: number;
}

/** Whether a number can be a port. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}
