import { type Check, found, well } from "../check.ts";
import { isSpared } from "../spared.ts";

/** Variables by which programs ask a proxy for everything. */
export interface ProxyVariablesEvidence {
  /** The name and value of the first that is set; `null`: none is. */
  readonly proxy: { readonly name: string; readonly value: string } | null;
  readonly noProxy: readonly string[];
  readonly domains: readonly string[];
}

/** Programs that ask a proxy of a company's for names that it cannot know. */
export function judgeProxyVariables({ proxy, noProxy, domains }: ProxyVariablesEvidence): Check {
  if (proxy === null) return well("proxy-variables", "no program is sent to another proxy");
  const missing = domains.filter((domain) => !isSpared(domain, noProxy));
  if (missing.length === 0) return well("proxy-variables", `${proxy.name} leaves out what cspace serves`, noProxy);
  return found("proxy-variables", "warn", {
    message: `${proxy.name} sends programs to ${proxy.value} for names under ${missing.join(", ")}`,
    evidence: [`NO_PROXY is ${noProxy.join(",") || "not set"}`],
    fix: `export NO_PROXY="${[...noProxy, ...missing.map((domain) => `.${domain}`), "localhost", "127.0.0.1"].join(",")}"`,
  });
}
