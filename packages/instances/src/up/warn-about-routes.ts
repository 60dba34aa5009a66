import type { ComposeModel, EnsuredProxy, InstancePlan, ListedInstance } from "@cspace/compose";
import type { Project } from "@cspace/project";
import type { Instance } from "../documents.ts";
import { describeUnresolved } from "../names/describe-unresolved.ts";
import type { Context } from "../options.ts";
import { describeDoubts } from "./plan-routes.ts";

/** Warns of routes of the settings to ports that their services do not mention. */
export function warnAboutPorts({ onWarning }: Context, project: Project, model: ComposeModel): void {
  for (const doubt of describeDoubts(project, model).split("\n").filter(Boolean)) onWarning(doubt);
}

/** Notes the services that go because their profile was switched off. */
export function noteLeftServices(
  { onNote }: Context,
  offProfiles: readonly string[],
  listed: Pick<ListedInstance, "services"> | undefined,
  { instance, model }: Pick<InstancePlan, "instance" | "model">,
): void {
  const left = (listed?.services ?? []).filter((service) => model.services[service] === undefined);
  if (offProfiles.length === 0 || left.length === 0) return;
  onNote(`of ${instance}, ${left.join(", ")} is removed: the profile ${offProfiles.join(", ")} is off now`);
}

/** Notes what of the networks is not as the files say, so that no instance takes another one's place. */
export function noteOwnNetworks({ onNote }: Context, { fixedSubnets, sharedNames, ...plan }: InstancePlan): void {
  for (const [key, { subnet }] of Object.entries(fixedSubnets.moved)) {
    onNote(
      `the network ${key} has a subnet of ${plan.instance}'s own, not ${subnet}; its addresses keep their place in it`,
    );
  }
  const shared = new Set(Object.values(sharedNames).flatMap((names) => Object.keys(names)));
  for (const network of shared) {
    onNote(
      `on the network ${network}, which others share, services are <service>.${plan.instance}.${plan.project}; their short names are ${plan.instance}'s own`,
    );
  }
}

/** Tells what is not as its user may expect it of the routes of containers: which do not answer, why URLs are no hostnames. */
export async function warnAboutRoutes(
  { platform, onWarning, onNote }: Context,
  {
    project,
    instance,
    proxy,
  }: { readonly project: Project; readonly instance: Instance; readonly proxy: EnsuredProxy },
): Promise<void> {
  const routes = instance.routes.filter(({ target }) => "service" in target);
  for (const { label, health, reason } of routes) {
    if (health !== "up") onWarning(`${label} is ${health}: ${reason}`);
  }
  const first = routes[0];
  if (first === undefined) {
    onWarning(`no service of ${project.directory} has a port that could be a route; name one in .cspace.json`);
    return;
  }
  const { domains, httpPort: proxyPort } = proxy;
  const unresolved = await describeUnresolved({ ...instance, routes }, { domains, proxyPort, platform });
  if (unresolved !== undefined) onNote(unresolved);
  else if (first.via === "port" && first.reason !== null) onNote(`the URLs are localhost:PORT: ${first.reason}`);
}
