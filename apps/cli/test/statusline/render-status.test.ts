import { expect, test } from "vitest";
import { renderStatus } from "../../src/statusline/render-status.ts";

const plain = { dim: (text: string) => text };
const link = (url: string): string => `\u001b]8;;${url}\u001b\\${url}\u001b]8;;\u001b\\`;
const hostname = "http://dev.mercury.p.cspace.local";

test("a link's text is its URL; a port has its label before it", () => {
  const routes = [
    { label: "dev", url: hostname, via: "proxy" },
    { label: "api", url: "http://localhost:49153", via: "port" },
    { label: "docs", url: null, via: "none" },
  ] as const;
  expect(renderStatus({ instances: [{ instance: "mercury", routes }], hint: "not shown" }, plain)).toBe(
    `mercury  ${link(hostname)}  api ${link("http://localhost:49153")}`,
  );
});

test("several instances of a directory stand beside each other, one without a URL does not", () => {
  const routes = [{ label: "dev", url: hostname, via: "proxy" }] as const;
  const instances = [
    { instance: "mercury", routes },
    { instance: "venus", routes: [] },
    { instance: "earth", routes },
  ];
  expect(renderStatus({ instances, hint: null }, plain)).toBe(
    `mercury  ${link(hostname)}  |  earth  ${link(hostname)}`,
  );
});

test("without a URL there is a hint, in one line and without what steers a terminal", () => {
  expect(renderStatus({ instances: [], hint: "mercury is not running: cspace up mercury" }, plain)).toBe(
    "cspace: mercury is not running: cspace up mercury",
  );
  expect(renderStatus({ instances: [], hint: "a\nb\u001b[31m\tc\r\n" }, plain)).toBe("cspace: a b [31m c");
  expect(renderStatus({ instances: [], hint: null }, plain)).toBe("");
});

test("of many instances the first few are shown, and how many more there are", () => {
  const instances = Array.from({ length: 14 }, (_, index) => ({
    instance: `i${index}`,
    routes: [{ label: "web", url: `http://web.i${index}.shop.cspace.localhost`, via: "proxy" as const }],
  }));
  const line = renderStatus({ instances, hint: null }, { dim: (text) => text });
  expect(line).toContain("http://web.i3.shop");
  expect(line).not.toContain("http://web.i4.shop");
  expect(line).toMatch(/ {2}\| {2}10 more: cspace list$/);
});
