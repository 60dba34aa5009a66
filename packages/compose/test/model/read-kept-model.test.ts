import { mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type KeptModel, type ReadKeptModelOptions, type RunCompose, readKeptModel } from "@cspace/compose";
import { beforeEach, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary-directory.ts";

let directory: string;
let asked: number;
let warnings: string[];
let environment: Record<string, string>;
let during: () => Promise<void>;

const files: Record<string, string> = {
  "compose.yaml": "services: { web: { image: 'busybox:$TAG', env_file: [web.env] } }\ninclude: [db/compose.yaml]\n",
  "web.env": "GREETING=$WHO\n",
  "db/compose.yaml": "services: { db: { extends: { file: base.yaml, service: db } } }\n",
  "db/base.yaml": "services: { db: { image: busybox } }\n",
  "bin/cli-plugins/docker-compose": "#!/bin/sh\n",
};

beforeEach(async () => {
  directory = await temporaryDirectory();
  asked = 0;
  warnings = [];
  during = async () => undefined;
  environment = { DOCKER_CONFIG: join(directory, "bin"), TAG: "1", WHO: "you", SHLVL: "1" };
  for (const name of ["db", "bin/cli-plugins"]) await mkdir(join(directory, name), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
});

/** Each answer differs from the last, so that a model tells when it was made. */
const compose: RunCompose = async (_, { onLine }) => {
  asked += 1;
  onLine?.('time="now" level=warning msg="the variable is not set"');
  await during();
  return JSON.stringify({ services: { web: { image: `answer ${asked}` } } });
};

function read(change: Partial<ReadKeptModelOptions> = {}): Promise<KeptModel> {
  return readKeptModel({
    compose,
    directory,
    files: [join(directory, "compose.yaml")],
    composeProject: "shop--mercury",
    env: { CSPACE_INSTANCE: "mercury" },
    environment,
    path: join(directory, "model.json"),
    onWarning: (warning) => warnings.push(warning),
    ...change,
  });
}

async function keepOne(): Promise<void> {
  await (await read()).keep();
  expect(asked).toBe(1);
}

test("what was kept is given without Compose, with the warnings of then", async () => {
  await keepOne();
  const again = await read();
  expect(again).toMatchObject({ asked: false, model: { services: { web: { image: "answer 1" } } } });
  expect(asked).toBe(1);
  expect(warnings).toEqual(["the variable is not set", "the variable is not set"]);
});

test("without `keep` nothing is kept", async () => {
  await read();
  expect(await read()).toMatchObject({ asked: true });
});

test.for(Object.keys(files).filter((name) => !name.startsWith("bin")))("a change of %s is seen", async (name) => {
  await keepOne();
  await writeFile(join(directory, name), `${files[name]}# changed\n`);
  expect(await read()).toMatchObject({ asked: true });
});

test.for([".env", "db/.env"])("%s is seen when it appears", async (name) => {
  await keepOne();
  await writeFile(join(directory, name), "A=b\n");
  expect(await read()).toMatchObject({ asked: true });
});

test("a file of variables that is gone is seen", async () => {
  await keepOne();
  await rm(join(directory, "web.env"));
  expect(await read()).toMatchObject({ asked: true });
});

test("a file that was only touched is the same", async () => {
  await keepOne();
  await utimes(join(directory, "compose.yaml"), new Date(), new Date());
  expect(await read()).toMatchObject({ asked: false });
});

test.for([
  ["a variable that the compose file mentions", { TAG: "2" }],
  ["one that a file of variables mentions", { WHO: "me" }],
  ["one of Compose's own", { COMPOSE_PROFILES: "debug" }],
  ["one of Docker's own", { DOCKER_DEFAULT_PLATFORM: "linux/amd64" }],
  ["the home, which ~ stands for", { HOME: "/elsewhere" }],
] as const)("%s: Compose is asked", async ([, change]) => {
  await keepOne();
  environment = { ...environment, ...change };
  expect(await read()).toMatchObject({ asked: true });
});

test("a variable that nothing mentions changes nothing", async () => {
  await keepOne();
  environment = { ...environment, SHLVL: "2", NEW: "1" };
  expect(await read()).toMatchObject({ asked: false });
});

test("another Compose is asked", async () => {
  await keepOne();
  await writeFile(join(directory, "bin/cli-plugins/docker-compose"), "#!/bin/sh\n# newer\n");
  expect(await read()).toMatchObject({ asked: true });
});

test("the same files under another project's name are another model", async () => {
  await keepOne();
  expect(await read({ composeProject: "shop--venus" })).toMatchObject({ asked: true });
});

test("what changes while Compose reads, or before it is kept, is not kept", async () => {
  during = () => writeFile(join(directory, "web.env"), "GREETING=later\n");
  await (await read()).keep();
  during = async () => undefined;
  expect(await read()).toMatchObject({ asked: true });
  const model = await read();
  await writeFile(join(directory, "db/base.yaml"), "services: { db: { image: later } }\n");
  await model.keep();
  expect(await read()).toMatchObject({ asked: true });
});

test("where the files do not tell everything, nothing is kept", async () => {
  await writeFile(join(directory, "compose.yaml"), "include: [ $WHERE/compose.yaml ]\n");
  await keepOne();
  expect(await read()).toMatchObject({ asked: true });
});

test("files of variables that the environment names are not followed", async () => {
  environment = { ...environment, COMPOSE_ENV_FILES: "other.env" };
  await keepOne();
  expect(await read()).toMatchObject({ asked: true });
});

test.for(["", "{", "{}", "null", '{"files":[]}'])(
  "what is kept and damaged (%j) is as if it were not there",
  async (text) => {
    await keepOne();
    await writeFile(join(directory, "model.json"), text);
    expect(await read()).toMatchObject({ asked: true, model: { services: { web: { image: "answer 2" } } } });
  },
);

test("a place that cannot be written to is no failure", async () => {
  const path = join(directory, "nowhere/model.json");
  await (await read({ path })).keep();
  expect(await read({ path })).toMatchObject({ asked: true });
});
