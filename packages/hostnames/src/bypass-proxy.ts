const proxies = ["http_proxy", "https_proxy", "all_proxy", "ftp_proxy"];

/**
 * The variables that keep an HTTP proxy of the environment out of the way of hosts that it cannot reach: `NO_PROXY` and
 * `no_proxy` as they are, with these hosts added. Where no proxy is set, and where it is off for all hosts, there are none.
 *
 * A host that begins with a dot stands for all names below it, which every reader of these variables understands.
 *
 * @see https://about.gitlab.com/blog/we-need-to-talk-no-proxy/
 * @example
 * ```ts
 * bypassProxy({ HTTP_PROXY: "http://proxy:3128", NO_PROXY: "db" }, [".cspace.local"]);
 * //=> { NO_PROXY: "db,.cspace.local", no_proxy: "db,.cspace.local" }
 * bypassProxy({}, [".cspace.local"]); //=> {}
 * ```
 */
export function bypassProxy(
  environment: Readonly<Record<string, string | null | undefined>>,
  hosts: readonly string[],
): Record<string, string> {
  const isSet = Object.entries(environment).some(([name, value]) => value && proxies.includes(name.toLowerCase()));
  if (!isSet) return {};
  const named = [environment.NO_PROXY, environment.no_proxy].flatMap((list) => list?.split(",") ?? []);
  const all = [...new Set([...named.map((one) => one.trim()).filter(Boolean), ...hosts])];
  if (all.includes("*")) return {};
  return { NO_PROXY: all.join(","), no_proxy: all.join(",") };
}
