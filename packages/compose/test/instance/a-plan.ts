import {
  type ComposeModel,
  type InstancePlan,
  type InstanceRecord,
  type PlanInstanceOptions,
  planInstance,
} from "@cspace/compose";

/** The record of the instance that the tests plan. */
export const record: InstanceRecord = {
  directory: "/home/ada/resume-redux",
  directoryId: "5ykub-dn5rg36pnunm",
  repository: "/home/ada/resume-redux/.git",
  repositoryId: "5ykuc-dn5rg36pnunm",
  project: "resume-redux",
  instance: "mercury",
  projectName: "Résumé Redux",
  instanceName: "mercury",
};

/** A model as `docker compose config` gives it: an app that people open, a database, a job that ends. */
export const model: ComposeModel = {
  services: {
    app: { image: "node:24", ports: [{ target: 3000 }], networks: { default: null } },
    db: { image: "postgres:18", ports: [{ target: 5432 }], networks: { default: null } },
    migrate: { image: "node:24", networks: { default: null } },
  },
  networks: { default: { name: "resume-redux--mercury_default" } },
};

/** Plans that instance, or a variation of it. */
export function aPlan(options: Partial<PlanInstanceOptions> = {}): InstancePlan {
  return planInstance({
    ...record,
    model,
    routes: [{ label: "dev", service: "app", port: 3000 }],
    domains: ["cspace.local", "cspace.localhost"],
    browserDomain: "cspace.localhost",
    environment: { CSPACE_INSTANCE: "mercury" },
    ...options,
  });
}
