import { CspaceError } from "@cspace/errors";
import type { EngineNetwork } from "../engine/docker-engine.ts";
import type { ComposeErrorCode } from "../errors.ts";
import type { InstancePlan } from "../instance/plan-instance.ts";
import { subnetsOf } from "./allocate-subnets.ts";
import { overlaps } from "./subnets.ts";

/**
 * Asserts that no network has the addresses of one whose subnet has to stay as the user's files say.
 *
 * @throws {CspaceError} `CSPACE_SUBNET_TAKEN`, naming the network, its subnet, who has it, and why it has to stay.
 */
export function requireFreeSubnets(
  { composeProject, fixedSubnets, model }: Pick<InstancePlan, "composeProject" | "fixedSubnets" | "model">,
  networks: readonly EngineNetwork[],
): void {
  for (const [key, { subnets, why }] of Object.entries(fixedSubnets.kept)) {
    const name = model.networks?.[key]?.name ?? `${composeProject}_${key}`;
    for (const { Name, Labels, ...network } of networks) {
      const project = Labels?.["com.docker.compose.project"];
      if (Name === name || project === composeProject) continue;
      const held = subnetsOf([{ Name, ...network }]);
      const taken = subnets.find((subnet) => held.some((one) => overlaps(one, subnet)));
      if (taken === undefined) continue;
      const [, owner, instance] = /^(.+)--([^-].*)$/.exec(project ?? "") ?? [];
      const holder = instance === undefined ? `the network ${Name}` : `${instance} of ${owner} (${Name})`;
      throw new CspaceError<ComposeErrorCode>(
        "CSPACE_SUBNET_TAKEN",
        `the network ${key} asks for ${taken}, which ${holder} has, and it cannot be moved: ${why}`,
        {
          hint: `take \`ipam\` from ${key}, or use names in place of addresses there${instance === undefined ? "" : `; or first: cspace down ${instance}`}`,
        },
      );
    }
  }
}
