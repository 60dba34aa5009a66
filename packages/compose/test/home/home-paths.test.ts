import { homePaths } from "@cspace/compose";
import { afterEach, expect, test, vi } from "vitest";

const { homedir } = vi.hoisted(() => ({ homedir: vi.fn(() => "/home/ada") }));
vi.mock(import("node:os"), async (original) => ({ ...(await original()), homedir }));
afterEach(() => void homedir.mockReset().mockReturnValue("/home/ada"));

test("the home is CSPACE_HOME, else below the user's", () => {
  expect(homePaths({ env: {} }).home).toBe("/home/ada/.cspace");
  expect(homePaths({ env: { CSPACE_HOME: "/x" } }).home).toBe("/x");
});

test("a user without a home folder needs CSPACE_HOME alone", () => {
  homedir.mockImplementation(() => {
    throw new Error("uv_os_homedir returned ENOENT");
  });
  expect(homePaths({ env: { CSPACE_HOME: "/x" } }).home).toBe("/x");
  expect(() => homePaths({ env: {} })).toThrow(expect.objectContaining({ code: "CSPACE_HOME_MISSING" }));
});
