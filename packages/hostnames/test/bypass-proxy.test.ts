import { bypassProxy } from "@cspace/hostnames";
import { expect, test } from "vitest";

const near = [".cspace.local", "web"];

test.each([
  [{}, {}],
  [{ HTTP_PROXY: "" }, {}],
  [{ NO_PROXY: "db" }, {}],
  [{ http_proxy: "http://p:1" }, ".cspace.local,web"],
  [{ HTTPS_PROXY: "http://p:1", NO_PROXY: "db" }, "db,.cspace.local,web"],
  [{ ALL_PROXY: "socks5://p:1", NO_PROXY: "a, b", no_proxy: "b,web" }, "a,b,web,.cspace.local"],
  [{ HTTP_PROXY: "http://p:1", no_proxy: "*" }, {}],
  [{ HTTP_PROXY: null, NO_PROXY: null }, {}],
])("with %j", (environment, list) => {
  const expected = typeof list === "string" ? { NO_PROXY: list, no_proxy: list } : list;
  expect(bypassProxy(environment, near)).toEqual(expected);
});
