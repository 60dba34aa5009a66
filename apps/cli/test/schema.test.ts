import { readFileSync } from "node:fs";
import { settingsSchema } from "@cspace/project";
import { expect, test } from "vitest";

test("the published schema of .cspace.json is the one that settings are checked by", () => {
  const published = readFileSync(new URL("../schema/cspace.schema.json", import.meta.url), "utf8");
  expect(JSON.parse(published)).toEqual(settingsSchema);
});
