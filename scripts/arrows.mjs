/**
 * The rooms of the workspace and the arrows between them. `uses` lists the packages of the workspace that one may
 * depend on and import; a pure package has no dependency outside the workspace, and takes of Node what `node` lists.
 *
 * @typedef {{ folder: string, uses: readonly string[], pure?: { node: readonly string[] }, prints?: readonly string[] }} Room
 * @type {Readonly<Record<string, Room>>}
 */
export const rooms = {
  "@cspace/errors": { folder: "packages/errors", uses: [], pure: { node: [] } },
  "@cspace/hostnames": {
    folder: "packages/hostnames",
    uses: ["@cspace/errors"],
    pure: { node: ["node:crypto", "node:url"] },
  },
  "@cspace/labels": {
    folder: "packages/labels",
    uses: ["@cspace/errors", "@cspace/hostnames"],
    pure: { node: [] },
  },
  "@cspace/doctor": { folder: "packages/doctor", uses: [], pure: { node: [] } },
  "@cspace/ports": { folder: "packages/ports", uses: ["@cspace/errors"] },
  "@cspace/plan": { folder: "packages/plan", uses: ["@cspace/errors"] },
  "@cspace/certs": {
    folder: "packages/certs",
    uses: ["@cspace/errors", "@cspace/hostnames", "@cspace/plan"],
  },
  "@cspace/trust": { folder: "packages/trust", uses: ["@cspace/errors", "@cspace/plan"] },
  "@cspace/project": { folder: "packages/project", uses: ["@cspace/errors", "@cspace/hostnames"] },
  "@cspace/resolver": {
    folder: "packages/resolver",
    uses: ["@cspace/errors", "@cspace/hostnames", "@cspace/plan", "@cspace/ports"],
  },
  "@cspace/gateway": { folder: "packages/gateway", uses: ["@cspace/errors", "@cspace/hostnames", "@cspace/ports"] },
  "@cspace/processes": {
    folder: "packages/processes",
    uses: ["@cspace/errors", "@cspace/ports", "@cspace/project"],
  },
  "@cspace/compose": {
    folder: "packages/compose",
    uses: ["@cspace/errors", "@cspace/hostnames", "@cspace/labels", "@cspace/plan", "@cspace/ports"],
  },
  "@cspace/daemon": {
    folder: "packages/daemon",
    uses: [
      "@cspace/certs",
      "@cspace/compose",
      "@cspace/errors",
      "@cspace/gateway",
      "@cspace/hostnames",
      "@cspace/ports",
      "@cspace/processes",
    ],
  },
  "@cspace/instances": {
    folder: "packages/instances",
    uses: [
      "@cspace/certs",
      "@cspace/compose",
      "@cspace/daemon",
      "@cspace/doctor",
      "@cspace/errors",
      "@cspace/gateway",
      "@cspace/hostnames",
      "@cspace/labels",
      "@cspace/plan",
      "@cspace/ports",
      "@cspace/processes",
      "@cspace/project",
      "@cspace/resolver",
      "@cspace/trust",
    ],
  },
  "@cspace/page": {
    folder: "packages/page",
    uses: ["@cspace/hostnames", "@cspace/instances"],
  },
  "@cspace/playwright": { folder: "packages/playwright", uses: ["@cspace/instances"] },
  "@cspace/agents": {
    folder: "packages/agents",
    uses: [
      "@cspace/compose",
      "@cspace/errors",
      "@cspace/hostnames",
      "@cspace/instances",
      "@cspace/plan",
      "@cspace/ports",
      "@cspace/project",
    ],
  },
  "@cspace/page-app": { folder: "apps/page", uses: ["@cspace/page"] },
  "@cspace/cli": {
    folder: "apps/cli",
    uses: [
      "@cspace/agents",
      "@cspace/certs",
      "@cspace/compose",
      "@cspace/daemon",
      "@cspace/doctor",
      "@cspace/errors",
      "@cspace/gateway",
      "@cspace/hostnames",
      "@cspace/instances",
      "@cspace/labels",
      "@cspace/page",
      "@cspace/page-app",
      "@cspace/plan",
      "@cspace/ports",
      "@cspace/processes",
      "@cspace/project",
      "@cspace/resolver",
      "@cspace/trust",
    ],
    // Commands print through the `Output` of their context; these alone touch the process.
    prints: ["src/main.ts", "src/status-main.ts"],
  },
};
