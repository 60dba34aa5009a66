import type { PageInstance, PageVariable } from "@cspace/page/model";
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { read, write } from "./ask.ts";
import { CopyButton } from "./copy-button.tsx";
import { useWork } from "./notices.tsx";

interface EnvironmentProps {
  readonly one: PageInstance;
  readonly token: string;
}

/** The variables of an instance; what may be a secret is shown when it is asked for, each by itself. */
export function Environment({ one: { project, instance }, token }: EnvironmentProps): VNode {
  const [variables, setVariables] = useState<readonly PageVariable[] | null>(null);
  const [shown, setShown] = useState<Readonly<Record<string, string>>>({});
  const [isBusy, run] = useWork();
  const names = { project, instance };
  useEffect(
    () =>
      run(async () => {
        setVariables((await read<{ variables: readonly PageVariable[] }>("/api/environment", names)).variables);
      }),
    [project, instance],
  );
  const reveal = ({ service, name }: PageVariable): void =>
    run(async () => {
      const { value } = await write<{ value: string }>("/api/environment", token, { ...names, service, name });
      setShown((before) => ({ ...before, [keyOf({ service, name })]: value }));
    });
  if (variables === null) return <p aria-busy="true">Reading…</p>;
  return (
    <table class="environment">
      <thead>
        <tr>
          <th scope="col">Of</th>
          <th scope="col">Variable</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        {variables.map((variable) => {
          const { service, name, value } = variable;
          const known = value ?? shown[keyOf(variable)];
          return (
            <tr key={keyOf(variable)}>
              <td class="where">{service ?? "programs"}</td>
              <th scope="row">{name}</th>
              <td>
                {known === undefined ? (
                  <button
                    type="button"
                    class="quiet"
                    disabled={isBusy}
                    onClick={() => reveal(variable)}
                    aria-label={`Show ${name} of ${service ?? "programs"}`}
                  >
                    Show
                  </button>
                ) : (
                  <>
                    <code>{known}</code> <CopyButton text={known} what={name} />
                  </>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const keyOf = ({ service, name }: Pick<PageVariable, "service" | "name">): string => `${service ?? ""} ${name}`;
