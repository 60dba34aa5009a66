import type { RouteName } from "@cspace/hostnames";

/** What a service speaks: HTTP, HTTP over TLS, or HTTP/2 without it, as gRPC does. */
export type Scheme = "http" | "https" | "h2c";

/** A route of a container, as its labels carry it. */
export interface LabelledRoute extends RouteName {
  /** The port inside the container, 1 to 65535. */
  readonly port: number;
  /** What the service speaks there. @default "http" */
  readonly scheme?: Exclude<Scheme, "http"> | undefined;
}

/** Whether a number can be a port. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}
