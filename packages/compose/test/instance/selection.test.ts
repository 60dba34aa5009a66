import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { homePaths } from "../../src/home/home-paths.ts";
import { keepRecordOnly, selectionPath } from "../../src/instance/instance-record.ts";
import { mergeSelection, readSelection, selectionVariables, writeSelection } from "../../src/instance/selection.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const names = { project: "shop", instance: "mercury" };
const paths = async () => homePaths({ env: { CSPACE_HOME: await temporaryDirectory() } });

test("what is asked for goes over what was kept, part by part, and service by service", () => {
  const kept = { files: ["/a.yaml"], profiles: ["debug"], scale: { web: 3, api: 2 } };
  expect(mergeSelection(kept, { profiles: [], scale: { web: 1 } })).toEqual({
    files: ["/a.yaml"],
    profiles: [],
    envFiles: undefined,
    scale: { web: 1, api: 2 },
  });
  expect(mergeSelection({}, {})).toEqual({ files: undefined, profiles: undefined, envFiles: undefined });
});

test("no profile at all is something that is said, and not the same as nothing said", () => {
  expect(selectionVariables({ profiles: [] })).toEqual({ COMPOSE_PROFILES: "" });
  expect(selectionVariables({})).toEqual({});
  expect(selectionVariables({ profiles: ["a", "b"], envFiles: ["/x.env"] })).toEqual({
    COMPOSE_PROFILES: "a,b",
    COMPOSE_ENV_FILES: "/x.env",
  });
});

test("a selection is kept with the containers, and goes with them", async () => {
  const home = await paths();
  const selection = { files: undefined, profiles: ["debug"], envFiles: undefined, scale: { web: 2 } };
  await writeSelection(home, names, selection);
  expect(await readSelection(home, names)).toEqual(selection);
  await keepRecordOnly(home, names);
  expect(await readSelection(home, names)).toEqual(mergeSelection({}, {}));
});

test.each(["", "null", "[]", '{"profiles":[1],"scale":{"web":"x"}}', '{"profiles":'])(
  "a file that holds %j keeps nothing",
  async (text) => {
    const home = await paths();
    mkdirSync(dirname(selectionPath(home, names)), { recursive: true });
    writeFileSync(selectionPath(home, names), text);
    expect(mergeSelection({}, await readSelection(home, names))).toEqual(mergeSelection({}, {}));
  },
);
