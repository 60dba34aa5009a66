import { keyOf, type PageInstance, type PageRoute } from "@cspace/page/model";
import type { VNode } from "preact";
import { memo } from "preact/compat";
import { useMemo, useState } from "preact/hooks";
import { Actions } from "./actions.tsx";
import { Badge, Health } from "./badge.tsx";
import { CopyButton } from "./copy-button.tsx";
import { filter } from "./filter.ts";
import { showAge, showBytes } from "./quantities.ts";

interface ListProps {
  readonly instances: readonly PageInstance[];
  readonly token: string;
}

/** Every instance, by project. */
export function List({ instances, token }: ListProps): VNode {
  const [wanted, setWanted] = useState("");
  const shown = useMemo(() => filter(instances, wanted), [instances, wanted]);
  const projects = [...new Set(shown.map(({ project }) => project))];
  return (
    <>
      <div class="bar">
        <h1>What runs</h1>
        <label class="live-only">
          <span class="offscreen">Find</span>
          <input
            type="search"
            placeholder="Find a project, instance, branch or route"
            value={wanted}
            onInput={({ currentTarget }) => setWanted(currentTarget.value)}
          />
        </label>
      </div>
      <p class="offscreen" role="status">
        {wanted === "" ? "" : `${shown.length} of ${instances.length} instances`}
      </p>
      {instances.length === 0 ? (
        <p>
          Nothing runs. Start a copy of a project in its directory: <code>cspace up</code>
        </p>
      ) : null}
      {projects.map((project) => (
        <section key={project} aria-labelledby={`project-${project}`}>
          <h2 id={`project-${project}`}>{project}</h2>
          <ul class="instances">
            {shown
              .filter((one) => one.project === project)
              .map((one) => (
                <Row key={keyOf(one)} one={one} token={token} />
              ))}
          </ul>
        </section>
      ))}
      <noscript>
        <p>
          What may be done to an instance needs JavaScript, or the command line: <code>cspace --help</code>
        </p>
      </noscript>
    </>
  );
}

const Row = memo(
  ({ one, token }: { readonly one: PageInstance; readonly token: string }): VNode => (
    <li class="instance">
      <div class="head">
        <Badge hue={one.hue} />
        <h3>
          <a href={`/${one.project}/${one.instance}`}>{one.instance}</a>
        </h3>
        <Health is={one.state} />
        <span class="where">{one.gone ? `${one.directory} is gone` : one.directory}</span>
        {one.branch === null ? null : <span class="branch">{one.branch}</span>}
      </div>
      <Facts one={one} />
      <Routes routes={one.routes} />
      <div class="live-only">
        <Actions one={one} token={token} />
      </div>
    </li>
  ),
);

/** What runs an instance, for how long, and what it uses. */
export function Facts({ one }: { readonly one: PageInstance }): VNode {
  const { createdAt, engine, stats } = one;
  const engines = { docker: "containers", gateway: "processes", mixed: "containers and processes" };
  const facts = [
    engines[engine],
    ...(createdAt === null ? [] : [`${showAge(createdAt, Date.now())} old`]),
    ...(stats === null
      ? []
      : [
          `${Math.round(stats.cpu * 100)} % CPU`,
          `${showBytes(stats.memoryBytes)} memory`,
          ...(stats.volumeBytes === null || stats.volumeBytes === 0 ? [] : [`${showBytes(stats.volumeBytes)} volumes`]),
        ]),
  ];
  return <p class="facts">{facts.join(" · ")}</p>;
}

/** The routes of an instance, each with its link. */
export function Routes({ routes }: { readonly routes: readonly PageRoute[] }): VNode {
  return (
    <ul class="routes">
      {routes.map(({ label, url, health, reason, target }) => (
        <li key={label}>
          <span class="label">{label}</span>
          {url === null ? (
            <span class="where">no URL now</span>
          ) : (
            <>
              <a href={url} target="_blank" rel="noopener noreferrer">
                {url}
              </a>
              <span class="live-only">
                <CopyButton text={url} what={url} />
              </span>
            </>
          )}
          <Health is={health} />
          <span class="where">{reason ?? target}</span>
        </li>
      ))}
    </ul>
  );
}
