export { type AcceptsConnectionsOptions, acceptsConnections } from "./accepts-connections.ts";
export { type AskDnsOptions, askDns, type DnsAnswer } from "./ask-dns.ts";
export type { PortProtocol } from "./bind-port.ts";
export {
  type ChosenUrl,
  chooseUrl,
  type HostnameEvidence,
  type ProxyEvidence,
  type SecureEvidence,
  type UrlEvidence,
} from "./choose-url.ts";
export {
  type CreatePortFinderOptions,
  createPortFinder,
  type FindFreePortOptions,
  findFreePort,
  type PortFinder,
} from "./create-port-finder.ts";
export { describeHolder } from "./describe-holder.ts";
export { type IsPortFreeOptions, isPortFree, type PortState } from "./is-port-free.ts";
export { type LocalUrlOptions, localUrl, type PortBinding } from "./local-url.ts";
export { type LookupCommand, lookupCommand } from "./lookup-command.ts";
export { type Connection, type ConnectionEnd, parseConnections } from "./parse-connections.ts";
export {
  type ListedContainer,
  type PortHolder,
  type PortHolderOptions,
  portHolder,
} from "./port-holder.ts";
export type { PortsErrorCode } from "./ports-error-code.ts";
export { probeDns } from "./probe-dns.ts";
export { type ProbeLocalOptions, probeLocal } from "./probe-local.ts";
export { type ProbeRouteOptions, probeRoute, type RouteProbe, usualPorts } from "./probe-route.ts";
export { type ProbeSchemeOptions, probeScheme } from "./probe-scheme.ts";
export { readFirstPort } from "./read-first-port.ts";
export { type ReadUrlEvidenceOptions, readUrlEvidence, type UrlQuestion } from "./read-url-evidence.ts";
export { type NameResolution, type ResolveNameOptions, resolveName } from "./resolve-name.ts";
export type { RunCommand } from "./run-command.ts";
export { within } from "./within.ts";
