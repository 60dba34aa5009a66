import type { PageFinding } from "@cspace/page/model";
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { read } from "./ask.ts";
import { CopyButton } from "./copy-button.tsx";

/** What is wrong with the machine, and what mends it. */
export function Findings(): VNode | null {
  const [findings, setFindings] = useState<readonly PageFinding[] | null>(null);
  useEffect(() => {
    const look = (): void => {
      read<{ findings: readonly PageFinding[] }>("/api/doctor")
        .then((found) => setFindings(found.findings))
        .catch(() => undefined);
    };
    look();
    const timer = setInterval(look, 60_000);
    return () => clearInterval(timer);
  }, []);
  if (findings === null || findings.length === 0) return null;
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">What is wrong</h2>
      <ul class="findings">
        {findings.map(({ id, status, message, command }) => (
          <li key={id}>
            <span class={`health ${status}`}>{status}</span> {message}
            {command === null ? null : (
              <>
                {" "}
                <code>{command}</code> <CopyButton text={command} what={command} />
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
