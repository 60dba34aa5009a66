import type { InstancePlan } from "./plan-instance.ts";
import type { InstanceRecord } from "./record.ts";

/** What an override is rendered from, beside the plan. */
export interface OverrideOptions {
  readonly record: InstanceRecord;
  /** By the network's key in the user's files, in CIDR notation. */
  readonly subnets: Readonly<Record<string, string>>;
}

/** Everything that an override is rendered from; equal sources give equal files. */
export function overrideSource(plan: InstancePlan, { record, subnets }: OverrideOptions): unknown {
  const { services, networks, volumes, fixedSubnets } = plan;
  return [record, services, networks, volumes, fixedSubnets.moved, Object.entries(subnets).sort()];
}
