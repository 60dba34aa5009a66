import type { PageInstance } from "@cspace/page/model";
import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { Actions } from "./actions.tsx";
import { Badge, Health } from "./badge.tsx";
import { Environment } from "./environment.tsx";
import { Facts, Routes } from "./list.tsx";
import { Logs } from "./logs.tsx";

const tabs = ["Routes", "Logs", "Environment"] as const;
type Tab = (typeof tabs)[number];

interface InstancePageProps {
  readonly names: string;
  readonly instance: PageInstance | undefined;
  readonly token: string;
}

/** One instance, and all that is known of it. */
export function InstancePage({ names, instance, token }: InstancePageProps): VNode {
  const [tab, setTab] = useState<Tab>("Routes");
  if (instance === undefined) {
    return (
      <>
        <h1>{names} is not there</h1>
        <p>
          It was removed, or has another name now. <a href="/">See what runs</a>
        </p>
      </>
    );
  }
  return (
    <>
      <div class="bar">
        <h1>
          <Badge hue={instance.hue} /> {names}
        </h1>
        <Health is={instance.state} />
        <div class="live-only">
          <Actions one={instance} token={token} />
        </div>
      </div>
      <p class="where">
        {instance.gone ? `${instance.directory} is gone` : instance.directory}
        {instance.branch === null ? null : <span class="branch">{instance.branch}</span>}
      </p>
      <Facts one={instance} />
      <div class="live-only">
        <Tabs shown={tab} onChoose={setTab} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a panel that may hold nothing to be focused is itself in the order of the page */}
      <div role="tabpanel" id="panel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
        {tab === "Routes" ? <RoutesTab one={instance} /> : null}
        {tab === "Logs" ? <Logs one={instance} /> : null}
        {tab === "Environment" ? <Environment one={instance} token={token} /> : null}
      </div>
    </>
  );
}

/** https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ */
function Tabs({ shown, onChoose }: { readonly shown: Tab; readonly onChoose: (tab: Tab) => void }): VNode {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = {
      ArrowRight: 1,
      ArrowLeft: -1,
      Home: -tabs.indexOf(shown),
      End: tabs.length - 1 - tabs.indexOf(shown),
    }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = (tabs.indexOf(shown) + step + tabs.length) % tabs.length;
    onChoose(tabs[next] as Tab);
    (list.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="What is shown" ref={list} onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          type="button"
          role="tab"
          key={tab}
          id={`tab-${tab}`}
          aria-selected={tab === shown}
          aria-controls="panel"
          tabIndex={tab === shown ? 0 : -1}
          onClick={() => onChoose(tab)}
        >
          {tab}
        </button>
      ))}
    </div>
  );
}

function RoutesTab({ one }: { readonly one: PageInstance }): VNode {
  const { routes, ports, services } = one;
  return (
    <>
      <Routes routes={routes} />
      {ports.length === 0 && services.length === 0 ? null : (
        <>
          <h2>Beside them</h2>
          <ul class="routes">
            {ports.map(({ service, port, localAddress }) => (
              <li key={`${service} ${port}`}>
                <span class="label">{service}</span>
                <code>{localAddress ?? `port ${port}, not on this machine`}</code>
              </li>
            ))}
            {services.map(({ service, state, reason }) => (
              <li key={service}>
                <span class="label">{service}</span>
                <Health is={state} />
                <span class="where">{reason}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
