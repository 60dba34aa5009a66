import { expect, test } from "vitest";
import { renderAge, renderBytes } from "../../src/output/quantities.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [9_950, "9.9 kB"],
  [412_345_678, "412 MB"],
  [1_500_000_000, "1.5 GB"],
  [5e15, "5000 TB"],
])("%d bytes", (bytes, text) => expect(renderBytes(bytes)).toBe(text));

test.each([
  [-5, "0 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [7_200_000, "2 h"],
  [3 * 86_400_000, "3 d"],
])("%d ms", (ms, text) => expect(renderAge(ms)).toBe(text));
