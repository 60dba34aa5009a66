import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { findModelFiles } from "../../src/model/find-model-files.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

async function filesOf(
  tree: Readonly<Record<string, string>>,
  first = "compose.yaml",
): Promise<readonly string[] | undefined> {
  const directory = await temporaryDirectory();
  for (const [name, text] of Object.entries(tree)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  const found = await findModelFiles({ directory, files: [join(directory, first)] });
  return found?.map((path) => path.slice(directory.length + 1));
}

test("the compose file and the project's .env, whether it exists or not", async () => {
  expect(await filesOf({ "compose.yaml": "services: { web: { image: busybox } }" })).toEqual([".env", "compose.yaml"]);
  expect(await filesOf({})).toEqual([".env", "compose.yaml"]);
});

test("files of variables and of labels, in every form that Compose knows", async () => {
  const services = `
services:
  a: { env_file: a.env }
  b: { env_file: [b.env, { path: ./deep/c.env, required: false }] }
  c: { label_file: [d.labels] }
`;
  expect(await filesOf({ "compose.yaml": services })).toEqual(
    [".env", "a.env", "b.env", "compose.yaml", "d.labels", "deep/c.env"].sort(),
  );
});

test("what is inherited through an anchor or a merge key counts", async () => {
  const services = `
x-base: &base { env_file: base.env }
services:
  a: { <<: *base, image: busybox }
`;
  expect(await filesOf({ "compose.yaml": services })).toContain("base.env");
});

test("a file that is extended, and what it extends, from its own folder and from the project's", async () => {
  const found = await filesOf({
    "compose.yaml": "services: { web: { extends: { file: common/base.yaml, service: web } } }",
    "common/base.yaml": "services: { web: { extends: { file: deeper.yaml, service: web }, env_file: web.env } }",
    "common/deeper.yaml": "services: { web: { image: busybox } }",
  });
  expect(found).toEqual(
    expect.arrayContaining(["common/base.yaml", "common/deeper.yaml", "common/web.env", "web.env"]),
  );
});

test("included files, their own .env, and their project directory", async () => {
  const found = await filesOf({
    "compose.yaml": `
include:
  - db/compose.yaml
  - { path: [mail/compose.yaml, mail.override.yaml], project_directory: services, env_file: mail.env }
`,
    "db/compose.yaml": "services: { db: { env_file: db.env } }",
    "mail/compose.yaml": "services: { mail: { env_file: smtp.env } }",
    "mail.override.yaml": "services: { mail: { image: busybox } }",
  });
  const expected = ["db/.env", "db/compose.yaml", "db/db.env", "mail.env", "mail/compose.yaml", "mail.override.yaml"];
  expect(found).toEqual(expect.arrayContaining([...expected, "services/.env", "services/smtp.env"]));
});

test("files that include each other are looked at once", async () => {
  const found = await filesOf({ "compose.yaml": "include: [other.yaml]", "other.yaml": "include: [compose.yaml]" });
  expect(found).toEqual([".env", "compose.yaml", "other.yaml"]);
});

test("several documents in one file", async () => {
  expect(await filesOf({ "compose.yaml": "services: {}\n---\nservices: { a: { env_file: a.env } }\n" })).toContain(
    "a.env",
  );
});

test.for([
  ["an interpolated path", 'services: { a: { env_file: "$WHICH.env" } }'],
  ["an interpolated include", "include: [ $DIR/compose.yaml ]"],
  ["a remote include", "include: [ https://github.com/acme/shop.git ]"],
  ["a remote include without a scheme", "include: [ 'git@github.com:acme/shop.git' ]"],
  ["an OCI artifact that is extended", "services: { a: { extends: { file: oci://docker.io/acme/shop, service: a } } }"],
  ["a variable whose name is written as numbers", 'services: { a: { image: "\\x24{IMAGE}" } }'],
  ["what comes from Docker's configuration", "services: { a: { image: busybox, use_api_socket: true } }"],
  ["a file that is no YAML", "services: { a: ["],
])("%s: the files do not tell", async ([, text = ""]) => {
  expect(await filesOf({ "compose.yaml": text })).toBeUndefined();
});
