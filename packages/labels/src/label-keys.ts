/**
 * The keys of cspace's own labels, for filters and for reading a container by hand; a public contract, whose version
 * is {@link labelSpec}.
 *
 * @example
 * ```ts
 * labelKeys.managed; //=> "cspace.managed"
 * ```
 */
export const labelKeys: {
  /** `true` on every container of cspace. */
  readonly managed: "cspace.managed";
  /** The version of this contract. */
  readonly spec: "cspace.spec";
  /** The slug of the project. */
  readonly project: "cspace.project";
  /** The slug of the instance. */
  readonly instance: "cspace.instance";
  /** The project's name before it became a slug. */
  readonly projectName: "cspace.project.name";
  /** The instance's name before it became a slug. */
  readonly instanceName: "cspace.instance.name";
  /** The directory that the instance runs from. */
  readonly directory: "cspace.directory";
  /** What tells that directory from another one at its path, and where it was moved to. */
  readonly directoryId: "cspace.directory.id";
  /** What all worktrees of the project share: git's common directory. */
  readonly repository: "cspace.repository";
  /** What tells that from another one at its path, and where it was moved to. */
  readonly repositoryId: "cspace.repository.id";
  /** The domain of the URLs that browsers get from the instance's environment. */
  readonly domain: "cspace.domain";
  /** `https` where those URLs are HTTPS. */
  readonly protocol: "cspace.protocol";
  /** The hash of the plan that the instance was started with. */
  readonly plan: "cspace.plan";
  /** The labels that processes of the host serve in the instance, between commas. */
  readonly processes: "cspace.processes";
  /** What the key of a route begins with; its label follows, and the value is the port. */
  readonly routePrefix: "cspace.route.";
  /** As of a route; the value is what its service speaks, where that is not HTTP: `https` or `h2c`. */
  readonly schemePrefix: "cspace.scheme.";
} = {
  managed: "cspace.managed",
  spec: "cspace.spec",
  project: "cspace.project",
  instance: "cspace.instance",
  projectName: "cspace.project.name",
  instanceName: "cspace.instance.name",
  directory: "cspace.directory",
  directoryId: "cspace.directory.id",
  repository: "cspace.repository",
  repositoryId: "cspace.repository.id",
  domain: "cspace.domain",
  protocol: "cspace.protocol",
  plan: "cspace.plan",
  processes: "cspace.processes",
  routePrefix: "cspace.route.",
  schemePrefix: "cspace.scheme.",
};

/** The version of the contract that this package writes into `cspace.spec`. */
export const labelSpec = "1";
