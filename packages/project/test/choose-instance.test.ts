import { chooseInstance } from "@cspace/project";
import { describe, expect, test } from "vitest";

const none = { directoryInstances: [], branch: null, taken: [] };
const here = (...instances: string[]): { instance: string }[] => instances.map((instance) => ({ instance }));

test("a name that is given is taken as it is said", () => {
  expect(
    chooseInstance({ ...none, name: "feature/Auth", directoryInstances: here("earth", "mars"), branch: "x" }),
  ).toEqual({
    instance: "feature-auth",
    instanceName: "feature/Auth",
    source: "named",
  });
  expect(chooseInstance({ ...none, name: "mercury", taken: ["mercury"] }).instance).toBe("mercury");
  expect(() => chooseInstance({ ...none, name: " " })).toThrow(expect.objectContaining({ code: "CSPACE_NAME_EMPTY" }));
});

describe("the instances of this directory", () => {
  test("the only one is taken, before the branch, with its original name", () => {
    const directoryInstances = [{ instance: "feature-auth", instanceName: "feature/auth" }];
    expect(chooseInstance({ ...none, directoryInstances, branch: "other", taken: ["feature-auth"] })).toEqual({
      instance: "feature-auth",
      instanceName: "feature/auth",
      source: "directory",
    });
    expect(chooseInstance({ ...none, directoryInstances: here("mars") }).instanceName).toBe("mars");
  });

  test("several are an error that lists them", () => {
    expect(() => chooseInstance({ ...none, directoryInstances: here("earth", "mars") })).toThrow(
      expect.objectContaining({
        code: "CSPACE_INSTANCE_AMBIGUOUS",
        message: "this directory has 2 instances: earth, mars",
        hint: "name one: --instance earth; for good goes one with: cspace down earth --volumes",
      }),
    );
  });

  test("a fresh one is none of them, even when nobody says that they are taken", () => {
    expect(chooseInstance({ ...none, fresh: true, directoryInstances: here("mercury", "venus") }).instance).toBe(
      "earth",
    );
    expect(chooseInstance({ ...none, fresh: true, directoryInstances: here("x"), branch: "x" })).toMatchObject({
      instance: "mercury",
      source: "planet",
    });
  });
});

describe("a directory without instances", () => {
  test("a linked worktree gets its branch", () => {
    expect(chooseInstance({ ...none, branch: "feature/auth" })).toEqual({
      instance: "feature-auth",
      instanceName: "feature/auth",
      source: "branch",
    });
  });

  test("a branch that another directory has is passed over", () => {
    expect(chooseInstance({ ...none, branch: "feature/auth", taken: ["feature-auth"] })).toMatchObject({
      instance: "mercury",
      source: "planet",
    });
  });

  test("the first free planet is next; the list of those taken is read once", () => {
    const taken = new Set(["mercury", "earth"]).values();
    expect(chooseInstance({ ...none, branch: null, taken })).toEqual({
      instance: "venus",
      instanceName: "venus",
      source: "planet",
    });
  });
});
