export { buildEnvironment, type EnvironmentInput, type EnvironmentRoute, urlVariable } from "./build-environment.ts";
export { type CheckRoutesOptions, checkRoutePorts, checkRoutes } from "./check-routes.ts";
export { type CheckedSettings, checkSettings } from "./check-settings.ts";
export { type ChosenInstance, chooseInstance, type DirectoryInstance, type InstanceInput } from "./choose-instance.ts";
export {
  type Checkout,
  type FindProjectDirectoryOptions,
  type FoundProject,
  findProjectDirectory,
  readCheckout,
} from "./find-project-directory.ts";
export { findWorkspaceMembers } from "./find-workspace-members.ts";
export { formatIssues } from "./format-issues.ts";
export { type DirectoryIdentity, isPresent, isSameDirectory, type ProjectIdentity } from "./identity.ts";
export { parseIdle } from "./idle-time.ts";
export type {
  AnyOfSchema,
  ArraySchema,
  IntegerSchema,
  JsonSchema,
  ObjectSchema,
  RefSchema,
  RootSchema,
  StringSchema,
} from "./json-schema.ts";
export { type ChangedFile, findLastChanged, listSources } from "./list-sources.ts";
export type { ProjectErrorCode } from "./project-error-code.ts";
export { type ProjectProcess, projectProcesses } from "./project-processes.ts";
export { proposeRoutes, type ServicePorts } from "./propose-routes.ts";
export { proposeSettings, type SettingsFindings } from "./propose-settings.ts";
export { readDevScript } from "./read-dev-script.ts";
export { type Manifest, readManifest } from "./read-manifest.ts";
export { type ProjectPackage, type ProjectPackages, readPackages } from "./read-packages.ts";
export { type Project, type ReadProjectOptions, readProject } from "./read-project.ts";
export type { ScriptRunner } from "./read-script-runner.ts";
export { readWorkState, type WorkState } from "./read-work-state.ts";
export { renderDotenv, renderExports } from "./render-environment.ts";
export { renderSettings } from "./render-settings.ts";
export type {
  ContainerSettings,
  ProcessRoute,
  ProcessSettings,
  RouteSettings,
  ServiceRoute,
  Settings,
} from "./settings.ts";
export type { SettingsIssue } from "./settings-issue.ts";
export { settingsSchema } from "./settings-schema.ts";
export { suggestName } from "./suggest-name.ts";
export type { WorkTree } from "./work-tree.ts";
