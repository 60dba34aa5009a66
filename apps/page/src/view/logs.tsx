import type { PageInstance, PageLogLine } from "@cspace/page/model";
import Anser from "anser";
import type { VNode } from "preact";
import { memo } from "preact/compat";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** So many lines are kept; of more, the last. */
const maxLines = 2000;

interface Line extends PageLogLine {
  readonly id: number;
}

/** What an instance prints: the last lines, and what follows. */
export function Logs({ one: { project, instance, routes } }: { readonly one: PageInstance }): VNode {
  const [lines, setLines] = useState<readonly Line[]>([]);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [label, setLabel] = useState("");
  const [wanted, setWanted] = useState("");
  const [follows, setFollows] = useState(true);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    setLines([]);
    setTrouble(null);
    let id = 0;
    const query = new URLSearchParams({ project, instance, ...(label === "" ? {} : { label }) });
    const source = new EventSource(`/api/logs?${query}`);
    // After a break it begins anew, with the last lines.
    source.onopen = () => setLines([]);
    source.onmessage = ({ data }) => {
      const event: { lines?: readonly PageLogLine[]; trouble?: string } = JSON.parse(data);
      if (event.trouble !== undefined) {
        setTrouble(event.trouble);
        source.close();
      }
      const more = (event.lines ?? []).map((line): Line => {
        id += 1;
        return { ...line, id };
      });
      if (more.length > 0) setLines((before) => [...before, ...more].slice(-maxLines));
    };
    return () => source.close();
  }, [project, instance, label]);
  const text = wanted.toLowerCase();
  const shown = text === "" ? lines : lines.filter(({ line }) => line.toLowerCase().includes(text));
  useLayoutEffect(() => {
    if (follows && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [shown.length, lines.at(-1)?.id, follows]);
  return (
    <>
      <div class="bar">
        <label>
          Of{" "}
          <select value={label} onInput={({ currentTarget }) => setLabel(currentTarget.value)}>
            <option value="">all</option>
            {routes.map((route) => (
              <option key={route.label} value={route.label}>
                {route.label}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="offscreen">Search the log</span>
          <input
            type="search"
            placeholder="Search the log"
            value={wanted}
            onInput={({ currentTarget }) => setWanted(currentTarget.value)}
          />
        </label>
        <label>
          <input type="checkbox" checked={follows} onInput={({ currentTarget }) => setFollows(currentTarget.checked)} />{" "}
          Follow
        </label>
      </div>
      {trouble === null ? null : (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard */}
      <div class="log" ref={box} tabIndex={0} role="log" aria-live="off" aria-label={`What ${instance} prints`}>
        {shown.map((line) => (
          <LogRow key={line.id} {...line} />
        ))}
        {shown.length === 0 ? <p class="where">{lines.length === 0 ? "Nothing yet" : "No line has that"}</p> : null}
      </div>
    </>
  );
}

const LogRow = memo(
  ({ source, stream, line }: Line): VNode => (
    <div class={`line ${stream}`}>
      <span class="source">{source}</span> {Anser.ansiToJson(line, { use_classes: true }).map(renderPart)}
    </div>
  ),
);

/** Text and colours, and nothing that could be anything else. */
function renderPart({ content, fg, decorations }: Anser.AnserJsonEntry, index: number): VNode | string {
  const classes = [fg, ...(decorations ?? [])].filter((one): one is string => /^[a-z-]+$/.test(one ?? ""));
  if (content === "") return "";
  return classes.length === 0 ? (
    content
  ) : (
    <span key={index} class={classes.join(" ")}>
      {content}
    </span>
  );
}
