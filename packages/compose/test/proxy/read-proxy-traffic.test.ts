import { expect, test } from "vitest";
import { renderPins } from "../../src/proxy/pin-hosts.ts";
import { parseMetrics, renderMetrics } from "../../src/proxy/read-proxy-traffic.ts";

test("requests are counted by route, over all of its routers and answers, without probes", () => {
  const line = (router: string, probe: string, count: number, code = 200): string =>
    `traefik_router_requests_total{code="${code}",method="GET",probe="${probe}",protocol="http",router="${router}",service="x@docker"} ${count}`;
  const text = [
    "# HELP traefik_router_requests_total How many",
    line("web--mercury--shop@docker", "", 2),
    line("web--mercury--shop@docker", "", 1, 404),
    line("web--mercury--shop--plain@docker", "", 1e6),
    line("web--mercury--shop@docker", "1", 50),
    line("api--venus--shop--redirect@docker", "", 3),
    line("cspace-gateway@file", "", 9),
    'traefik_router_requests_bytes_total{router="web--mercury--shop@docker"} 7',
  ].join("\n");
  expect(parseMetrics(text)).toEqual(
    new Map([
      ["web--mercury--shop", 1_000_003],
      ["api--venus--shop", 3],
    ]),
  );
  expect(parseMetrics("")).toEqual(new Map());
});

test("the counts are shown to who knows the token alone", () => {
  const { http } = JSON.parse(renderMetrics("0123"));
  expect(http.routers["cspace-metrics"]).toMatchObject({
    rule: "Host(`metrics.cspace-proxy`) && Header(`X-Cspace-Token`, `0123`)",
    service: "prometheus@internal",
  });
});

test("what sleeps goes to the gateway, before any container's own routers", () => {
  const { http } = JSON.parse(renderPins([{ name: "mercury--shop", hostnames: ["a.test", "b.test"] }]));
  expect(http.routers["cspace-asleep--mercury--shop"]).toMatchObject({
    rule: "Host(`a.test`) || Host(`b.test`)",
    service: "cspace-gateway",
    entryPoints: ["web", "websecure"],
  });
  // Traefik's own priority of a rule is its length; its own routers begin 1000 below the greatest number.
  expect(http.routers["cspace-asleep--mercury--shop"].priority).toBeGreaterThan(100_000);
  expect(http.routers["cspace-asleep--mercury--shop-plain"].priority).toBeGreaterThan(
    http.routers["cspace-asleep--mercury--shop"].priority,
  );
});
