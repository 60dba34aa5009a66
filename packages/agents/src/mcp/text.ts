import type { Instance, Route } from "@cspace/instances";

/** So much text is given at once, in characters: a model pays for each. */
export const maxText = 12_000;

/** The end of a text that is too long, and how much was left out: what was printed last says most. */
export function keepEnd(text: string, limit: number = maxText): string {
  if (text.length <= limit) return text;
  const end = text.slice(-limit);
  const line = end.indexOf("\n");
  const kept = line === -1 || line > 500 ? end : end.slice(line + 1);
  return `(${text.length - kept.length} characters before this are left out)\n${kept}`;
}

/** The beginning of a text that is too long, and how much was left out. */
export function keepStart(text: string, limit: number = maxText): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}\n(${text.length - limit} more characters are left out)`;
}

/** An instance, and a line for each of its routes. */
export function describe(instance: Instance): string {
  const { directory, branch, state } = instance;
  const where = branch === null ? directory : `${directory}, branch ${branch}`;
  const head = `${instance.instance} of ${instance.project} (${where}): ${state}`;
  const services = instance.services
    .filter(({ state }) => !["running", "ended"].includes(state))
    .map(({ service, state, reason }) => `  service ${service}: ${state}${reason === null ? "" : `: ${reason}`}`);
  return [head, ...instance.routes.map((route) => `  ${describeRoute(route)}`), ...services].join("\n");
}

function describeRoute({ label, url, browserUrl, health, reason }: Route): string {
  const shown = url ?? "no URL";
  const browser = browserUrl === null || browserUrl === url ? "" : ` (browsers: ${browserUrl})`;
  return `${label}: ${shown}${browser} ${health}${health === "up" || reason === null ? "" : `: ${reason}`}`;
}
