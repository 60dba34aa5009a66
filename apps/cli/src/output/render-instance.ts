import type { Instance, Route } from "@cspace/instances";
import { instanceDot } from "./instance-dot.ts";
import type { Output } from "./output.ts";
import { renderAge, renderBytes } from "./quantities.ts";
import { renderTable } from "./table.ts";

/** Renders an instance for people: its name, with `where` also its directory, then a line for every route and port. */
export function renderInstance(instance: Instance, output: Output, { where = false } = {}): string {
  const { style } = output;
  const state = describeState(instance, style);
  const place = where && instance.directory !== "" ? `  ${directory(instance, style)}` : "";
  const age = where && instance.createdAt !== null ? style.dim(`, ${ageOf(instance.createdAt)} old`) : "";
  const stats = describeStats(instance, style);
  const head = `${instanceDot(instance, output)}${style.bold(instance.instance)} ${style.dim(`of ${instance.project}`)}${state}${place}${age}${stats}`;
  const routes = instance.routes.map((route) => [
    `  ${route.label}`,
    route.browserUrl ?? style.dim("-"),
    style.dim(source(route)),
    health(route, style),
  ]);
  const ports = instance.ports.map(({ service, port, protocol, localAddress }) => [
    `  ${service}`,
    localAddress ?? style.dim("-"),
    style.dim(`port ${port}/${protocol}`),
    ...instance.services
      .filter((one) => one.service === service && one.reason !== null)
      .map((one) => serviceState(one, style)),
  ]);
  const services = instance.services
    .filter((one) => instance.state !== "asleep" && !isShown(instance, one))
    .map((one) => [`  ${one.service}`, style.dim("-"), style.dim("no port"), serviceState(one, style)]);
  return [head, renderTable([...routes, ...ports, ...services])].filter((part) => part !== "").join("\n");
}

const ageOf = (time: string): string => renderAge(Date.now() - Date.parse(time));

function describeStats({ stats }: Instance, style: Output["style"]): string {
  if (stats === undefined) return "";
  const volumes = stats.volumeBytes === null ? "" : `, volumes ${renderBytes(stats.volumeBytes)}`;
  return `  ${style.dim(`cpu ${Math.round(stats.cpu * 100)} %, memory ${renderBytes(stats.memoryBytes)}${volumes}`)}`;
}

function describeState({ state, asleep }: Instance, style: Output["style"]): string {
  if (state === "running") return "";
  if (asleep === null) return `  ${style.yellow(state)}`;
  const saved = asleep.savedBytes === 0 ? "" : `, saved ${renderBytes(asleep.savedBytes)}`;
  return `  ${style.cyan("asleep")} ${style.dim(`for ${ageOf(asleep.since)}${saved}`)}`;
}

/** Whether a service has a row of its own already, or has ended as it was to. */
function isShown({ routes, ports }: Instance, { service, state }: Instance["services"][number]): boolean {
  const isRouted = routes.some(({ target }) => "service" in target && target.service === service);
  return isRouted || ports.some((port) => port.service === service) || state === "ended";
}

function serviceState({ state, reason }: Instance["services"][number], style: Output["style"]): string {
  const word = state === "running" ? style.green("up") : state === "starting" ? style.yellow(state) : style.red(state);
  return reason === null ? word : `${word}  ${style.dim(reason)}`;
}

function directory({ directory, branch, gone }: Instance, style: Output["style"]): string {
  if (gone) return style.yellow(`${directory} is gone`);
  return style.dim(branch === null ? directory : `${directory} (${branch})`);
}

function source({ browserUrl, localUrl }: Route): string {
  if (browserUrl === null) return "nowhere";
  return browserUrl === localUrl ? "port" : "proxy";
}

function health({ health, browserUrl, reason }: Route, style: Output["style"]): string {
  const words = { up: style.green, starting: style.yellow, asleep: style.cyan, down: style.red };
  const word = words[health](health);
  // Why another URL than the first is shown, that URL's column says.
  const tells = reason !== null && (browserUrl === null || (health !== "up" && health !== "asleep"));
  return tells ? `${word}  ${style.dim(reason)}` : word;
}
