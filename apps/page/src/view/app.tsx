import type { PageData } from "@cspace/page/model";
import type { VNode } from "preact";
import { Findings } from "./findings.tsx";
import { InstancePage } from "./instance-page.tsx";
import { List } from "./list.tsx";
import { NoticeProvider } from "./notices.tsx";
import { useLive } from "./use-live.ts";

/** The whole page. */
export function App(data: PageData): VNode {
  const { state, token, isConnected } = useLive(data);
  const { project, instance } = data.view;
  const found = state.instances.find((one) => one.project === project && one.instance === instance);
  return (
    <NoticeProvider>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href="/">
          cspace
        </a>
        <span class="status" role="status">
          {isConnected ? "" : "Not connected: what is shown may be old. Trying again…"}
        </span>
      </header>
      <main id="content" tabIndex={-1}>
        {state.trouble === null ? null : (
          <p class="trouble" role="alert">
            {state.trouble}
          </p>
        )}
        {instance === null ? (
          <>
            <List instances={state.instances} token={token} />
            <Findings />
          </>
        ) : (
          <InstancePage names={`${instance} of ${project}`} instance={found} token={token} />
        )}
      </main>
    </NoticeProvider>
  );
}
