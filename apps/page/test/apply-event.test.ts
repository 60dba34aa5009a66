import type { PageInstance } from "@cspace/page/model";
import { describe, expect, test } from "vitest";
import { applyEvent, type Live } from "../src/view/apply-event.ts";
import { filter } from "../src/view/filter.ts";

const one = (instance: string, more: Partial<PageInstance> = {}): PageInstance => ({
  ...{
    project: "shop",
    instance,
    directory: `/src/${instance}`,
    gone: false,
    branch: null,
    createdAt: null,
    engine: "docker",
  },
  ...{ state: "running", hue: 0, routes: [], services: [], ports: [], stats: null },
  ...more,
});
const live: Live = {
  state: { instances: [one("earth"), one("venus")], trouble: null },
  token: "old",
  isConnected: false,
};
const names = ({ state }: Live): string[] => state.instances.map(({ instance, state }) => `${instance} ${state}`);

test("hello replaces all, the token too; a change only what it names, in order", () => {
  const begun = applyEvent(live, { kind: "hello", token: "new", state: { instances: [one("mars")], trouble: null } });
  expect([names(begun), begun.token, begun.isConnected]).toEqual([["mars running"], "new", true]);
  const changed = applyEvent(live, {
    ...{ kind: "change", removed: ["shop/earth"], trouble: "the engine does not answer" },
    changed: [one("venus", { state: "stopped" }), one("mercury")],
  });
  expect([names(changed), changed.token]).toEqual([["mercury running", "venus stopped"], "old"]);
  expect(changed.state.trouble).toBe("the engine does not answer");
  // What did not change is the same, so that nothing of it is drawn again.
  const same = applyEvent(live, { kind: "change", changed: [], removed: [], trouble: null });
  expect(same.state.instances[0]).toBe(live.state.instances[0]);
});

describe("what is looked for", () => {
  const all = [one("mercury", { branch: "search" }), one("venus", { project: "blog" })];

  test.each([
    ["", 2],
    ["search", 1],
    ["BLOG ven", 1],
    ["shop ven", 0],
    ["/src/", 2],
  ])("%j finds %i", (wanted, count) => {
    expect(filter(all, wanted)).toHaveLength(count);
  });
});
