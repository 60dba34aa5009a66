import { printable } from "@cspace/instances";
import { expect, test } from "vitest";

test.each([
  ["plain text\twith a tab\nand a line", "plain text\twith a tab\nand a line"],
  ["\u001b[31mred\u001b[0m", "red"],
  ["\u001b]0;a title\u0007after", "after"],
  ["\u001b]8;;http://example.com\u001b\\link\u001b]8;;\u001b\\", "link"],
  ["\u001b[2J\u001b[H\u001b[?25lcleared", "cleared"],
  ["\u001b]52;c;aGFja2Vk\u0007clipboard", "clipboard"],
  ["\u001bPq#0\u001b\\picture", "picture"],
  ["bell\u0007 and back\u0008space\r", "bell and backspace"],
  ["\u001b]0;never ended", ""],
  ["\u009b31mC1", "C1"],
])("%j", (text, expected) => {
  expect(printable(text)).toBe(expected);
});

test("colours stay where they are wanted, and nothing else", () => {
  const text = "\u001b[1;32mgreen\u001b[0m\u001b]0;t\u0007\u001b[2K";
  expect(printable(text, { colors: true })).toBe("\u001b[1;32mgreen\u001b[0m");
});
