import { expect, test } from "vitest";
import { renderTable } from "../../src/output/table.ts";

test("columns are as wide as their widest cell, and lines end with their text", () => {
  const rows = [["dev", "http://dev", "up"], ["preview", "-", ""], ["a"]];
  expect(renderTable(rows)).toBe("dev      http://dev  up\npreview  -\na");
});

test("colours have no width", () => {
  const red = "\u001b[31mdown\u001b[39m";
  expect(
    renderTable([
      [red, "x"],
      ["starting", "y"],
    ]),
  ).toBe(`${red}      x\nstarting  y`);
});

test("no rows are no text", () => {
  expect(renderTable([])).toBe("");
});
