import type { Plan, StepEvent } from "@cspace/plan";
import type { ResolverKind, ResolverState } from "./resolver-state.ts";

export type RunCommand = (
  file: string,
  args: readonly string[],
  options?: { readonly input?: string; readonly signal?: AbortSignal | undefined },
) => Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;

export interface ReadResolverOptions {
  readonly platform?: NodeJS.Platform;
  readonly root?: string;
  readonly run?: RunCommand;
  readonly signal?: AbortSignal | undefined;
}
export function readResolver(_options: ReadResolverOptions = {}): Promise<readonly ResolverState[]> {
  throw new Error("not there yet");
}
export interface PlanResolverOptions {
  readonly domains: readonly string[];
  readonly port: number;
  readonly names?: readonly string[];
  readonly refresh?: boolean;
}
export function planResolver(_states: readonly ResolverState[], _options: PlanResolverOptions): Plan {
  throw new Error("not there yet");
}
export function planRemoval(_states: readonly ResolverState[]): Plan {
  throw new Error("not there yet");
}
export function renderCommands(_plan: Plan, _options: { readonly elevate?: readonly string[] } = {}): string[] {
  throw new Error("not there yet");
}
export interface ApplyResolverPlanOptions {
  readonly elevate?: readonly string[];
  readonly run?: RunCommand;
  readonly onStep?: (event: StepEvent) => void;
  readonly signal?: AbortSignal | undefined;
}
export function applyResolverPlan(_plan: Plan, _options: ApplyResolverPlanOptions = {}): Promise<void> {
  throw new Error("not there yet");
}
export type ResolverHealth = "ok" | "no-rule" | "no-dns" | "not-used" | "slow";
export interface ResolverReport {
  readonly kind: ResolverKind;
  readonly domain: string;
  readonly port: number | null;
  readonly state: ResolverHealth;
  readonly reason: string | null;
  readonly fix: string | null;
}
export interface VerifyResolverOptions {
  readonly domains: readonly string[];
  readonly port: number | null;
  readonly names?: readonly string[];
  readonly platform?: NodeJS.Platform;
  readonly run?: RunCommand;
  readonly signal?: AbortSignal | undefined;
}
export function verifyResolver(
  _states: readonly ResolverState[],
  _options: VerifyResolverOptions,
): Promise<ResolverReport[]> {
  throw new Error("not there yet");
}
export function readRulePort(
  _options: { readonly platform?: NodeJS.Platform; readonly root?: string } = {},
): Promise<number | null> {
  throw new Error("not there yet");
}
