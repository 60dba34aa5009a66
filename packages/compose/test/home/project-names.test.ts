import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  forgetInstance,
  type HomePaths,
  homePaths,
  readNamedProject,
  readNamedProjects,
  writeNamedProject,
} from "@cspace/compose";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../temporary-directory.ts";

const shop = { project: "shop", projectName: "Shop", repository: "/src/shop/.git", repositoryId: "7-a" };
const newHome = async (): Promise<HomePaths> => homePaths({ env: { CSPACE_HOME: await temporaryDirectory() } });

test("a name is its repository's until the last instance is forgotten", async () => {
  const paths = await newHome();
  expect(await readNamedProject(paths, "shop")).toBeUndefined();
  expect(await readNamedProjects(paths)).toEqual([]);
  await writeNamedProject(paths, shop);
  await writeNamedProject(paths, { ...shop, project: "api", repositoryId: null });
  for (const instance of ["mercury", "venus"]) await mkdir(join(paths.instances, "shop", instance));
  expect(await readNamedProjects(paths)).toEqual([{ ...shop, project: "api", repositoryId: null }, shop]);
  await forgetInstance(paths, { project: "shop", instance: "mercury" });
  expect(await readNamedProject(paths, "shop")).toEqual(shop);
  await forgetInstance(paths, { project: "shop", instance: "venus" });
  expect(await readNamedProject(paths, "shop")).toBeUndefined();
  expect(await readdir(paths.instances)).toEqual(["api"]);
});

test.each(["", "{", "null", "7", '{ "projectName": "Shop" }'])("a file that says %j is nobody's name", async (text) => {
  const paths = await newHome();
  await mkdir(join(paths.instances, "shop"), { recursive: true });
  await writeFile(join(paths.instances, "shop/project.json"), text);
  expect(await readNamedProject(paths, "shop")).toBeUndefined();
  expect(await readNamedProjects(paths)).toEqual([]);
});
