import { isCspaceError } from "@cspace/errors";
import { buildHostname, isSlug } from "@cspace/hostnames";
import { buildLabels, buildMark, type LabelledRoute, parseLabels } from "@cspace/labels";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ports, routesOfInstance, texts } from "./arbitraries.ts";

const docs = { label: "docs", instance: "earth", project: "resume-redux", port: 8000 };

test("one route, without options", () => {
  expect(buildLabels([docs])).toMatchInlineSnapshot(`
    {
      "cspace.instance": "earth",
      "cspace.managed": "true",
      "cspace.project": "resume-redux",
      "cspace.route.docs": "8000",
      "cspace.spec": "1",
      "traefik.docker.network": "cspace-resume-redux",
      "traefik.enable": "true",
      "traefik.http.middlewares.docs--earth--resume-redux--plain.headers.customrequestheaders.Accept-Encoding": "identity",
      "traefik.http.middlewares.docs--earth--resume-redux.headers.customresponseheaders.Strict-Transport-Security": "",
      "traefik.http.middlewares.docs--earth--resume-redux.headers.customresponseheaders.X-Cspace-Route": "docs--earth--resume-redux",
      "traefik.http.routers.docs--earth--resume-redux--plain.entrypoints": "web,websecure",
      "traefik.http.routers.docs--earth--resume-redux--plain.middlewares": "docs--earth--resume-redux,docs--earth--resume-redux--plain",
      "traefik.http.routers.docs--earth--resume-redux--plain.rule": "(Host(\`docs.earth.resume-redux.cspace.local\`) || Host(\`docs.earth.resume-redux.cspace.localhost\`)) && !HeaderRegexp(\`Accept-Encoding\`, \`.\`)",
      "traefik.http.routers.docs--earth--resume-redux--plain.service": "docs--earth--resume-redux",
      "traefik.http.routers.docs--earth--resume-redux.entrypoints": "web,websecure",
      "traefik.http.routers.docs--earth--resume-redux.middlewares": "docs--earth--resume-redux",
      "traefik.http.routers.docs--earth--resume-redux.rule": "Host(\`docs.earth.resume-redux.cspace.local\`) || Host(\`docs.earth.resume-redux.cspace.localhost\`)",
      "traefik.http.routers.docs--earth--resume-redux.service": "docs--earth--resume-redux",
      "traefik.http.services.docs--earth--resume-redux.loadbalancer.server.port": "8000",
    }
  `);
});

test("several routes of one container, with every option", () => {
  const routes = [docs, { ...docs, label: "api", port: 3210 }];
  const options = { domains: ["dev.example.com"], network: "edge_1.net", entryPoints: ["web", "websecure"] };
  expect(buildLabels(routes, options)).toMatchInlineSnapshot(`
    {
      "cspace.instance": "earth",
      "cspace.managed": "true",
      "cspace.project": "resume-redux",
      "cspace.route.api": "3210",
      "cspace.route.docs": "8000",
      "cspace.spec": "1",
      "traefik.docker.network": "edge_1.net",
      "traefik.enable": "true",
      "traefik.http.middlewares.api--earth--resume-redux--plain.headers.customrequestheaders.Accept-Encoding": "identity",
      "traefik.http.middlewares.api--earth--resume-redux.headers.customresponseheaders.Strict-Transport-Security": "",
      "traefik.http.middlewares.api--earth--resume-redux.headers.customresponseheaders.X-Cspace-Route": "api--earth--resume-redux",
      "traefik.http.middlewares.docs--earth--resume-redux--plain.headers.customrequestheaders.Accept-Encoding": "identity",
      "traefik.http.middlewares.docs--earth--resume-redux.headers.customresponseheaders.Strict-Transport-Security": "",
      "traefik.http.middlewares.docs--earth--resume-redux.headers.customresponseheaders.X-Cspace-Route": "docs--earth--resume-redux",
      "traefik.http.routers.api--earth--resume-redux--plain.entrypoints": "web,websecure",
      "traefik.http.routers.api--earth--resume-redux--plain.middlewares": "api--earth--resume-redux,api--earth--resume-redux--plain",
      "traefik.http.routers.api--earth--resume-redux--plain.rule": "(Host(\`api.earth.resume-redux.dev.example.com\`)) && !HeaderRegexp(\`Accept-Encoding\`, \`.\`)",
      "traefik.http.routers.api--earth--resume-redux--plain.service": "api--earth--resume-redux",
      "traefik.http.routers.api--earth--resume-redux.entrypoints": "web,websecure",
      "traefik.http.routers.api--earth--resume-redux.middlewares": "api--earth--resume-redux",
      "traefik.http.routers.api--earth--resume-redux.rule": "Host(\`api.earth.resume-redux.dev.example.com\`)",
      "traefik.http.routers.api--earth--resume-redux.service": "api--earth--resume-redux",
      "traefik.http.routers.docs--earth--resume-redux--plain.entrypoints": "web,websecure",
      "traefik.http.routers.docs--earth--resume-redux--plain.middlewares": "docs--earth--resume-redux,docs--earth--resume-redux--plain",
      "traefik.http.routers.docs--earth--resume-redux--plain.rule": "(Host(\`docs.earth.resume-redux.dev.example.com\`)) && !HeaderRegexp(\`Accept-Encoding\`, \`.\`)",
      "traefik.http.routers.docs--earth--resume-redux--plain.service": "docs--earth--resume-redux",
      "traefik.http.routers.docs--earth--resume-redux.entrypoints": "web,websecure",
      "traefik.http.routers.docs--earth--resume-redux.middlewares": "docs--earth--resume-redux",
      "traefik.http.routers.docs--earth--resume-redux.rule": "Host(\`docs.earth.resume-redux.dev.example.com\`)",
      "traefik.http.routers.docs--earth--resume-redux.service": "docs--earth--resume-redux",
      "traefik.http.services.api--earth--resume-redux.loadbalancer.server.port": "3210",
      "traefik.http.services.docs--earth--resume-redux.loadbalancer.server.port": "8000",
    }
  `);
});

test("an option that is undefined is the default", () => {
  const options = {
    domains: undefined,
    network: undefined,
    entryPoints: undefined,
    sticky: undefined,
    transport: undefined,
  };
  expect(buildLabels([docs], options)).toEqual(buildLabels([docs]));
});

test("a domain that is given twice is served once", () => {
  const labels = buildLabels([docs], { domains: ["cspace.local", "CSPACE.local"] });
  expect(ruleOf(labels, docs)).toBe("Host(`docs.earth.resume-redux.cspace.local`)");
});

test.each<[string, readonly LabelledRoute[], string]>([
  ["CSPACE_ROUTES_EMPTY", [], "there is no route to label"],
  [
    "CSPACE_ROUTES_MIXED",
    [docs, { ...docs, instance: "mars" }],
    "docs--earth--resume-redux and docs--mars--resume-redux",
  ],
  ["CSPACE_ROUTES_MIXED", [docs, { ...docs, project: "other" }], "docs--earth--resume-redux and docs--earth--other"],
  ["CSPACE_ROUTE_DUPLICATE", [docs, { ...docs, port: 1 }], 'the label "docs" is given twice in resume-redux'],
  ["CSPACE_PORT_INVALID", [{ ...docs, port: 0 }], "the port 0 of docs--earth--resume-redux"],
  ["CSPACE_PORT_INVALID", [{ ...docs, port: 65536 }], "the port 65536"],
  ["CSPACE_PORT_INVALID", [{ ...docs, port: 80.5 }], "the port 80.5"],
  ["CSPACE_PORT_INVALID", [{ ...docs, port: Number.NaN }], "the port NaN"],
  ["CSPACE_NAME_INVALID", [{ ...docs, label: "a@docker" }], 'the label "a@docker"'],
])("%s: %j", (code, routes, message) => {
  expect(() => buildLabels(routes)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message), hint: expect.any(String) }),
  );
});

test.each([
  ["CSPACE_LABEL_OPTION_INVALID", { network: "" }, 'the network ""'],
  ["CSPACE_LABEL_OPTION_INVALID", { network: "a b" }, 'the network "a b"'],
  ["CSPACE_LABEL_OPTION_INVALID", { network: "a\u001b[0m\u0085" }, String.raw`the network "a\u001b[0m\u0085"`],
  ["CSPACE_LABEL_OPTION_INVALID", { entryPoints: ["web,traefik"] }, 'the entry point "web,traefik"'],
  ["CSPACE_LABEL_OPTION_INVALID", { entryPoints: ["web\n"] }, String.raw`the entry point "web\n"`],
  ["CSPACE_LABEL_OPTION_INVALID", { entryPoints: [] }, "no entry point is given"],
  ["CSPACE_LABEL_OPTION_INVALID", { domains: [] }, "no domain is given"],
  ["CSPACE_DOMAIN_INVALID", { domains: ["cspace.local", "local"] }, 'the domain "local"'],
  ["CSPACE_HOSTNAME_TOO_LONG", { domains: [`${"a.".repeat(120)}local`] }, "DNS carries 253"],
])("%s: %j", (code, options, message) => {
  expect(() => buildLabels([docs], options)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message), hint: expect.any(String) }),
  );
});

const hostileRoutes: fc.Arbitrary<LabelledRoute> = fc.record({
  label: texts,
  instance: texts,
  project: texts,
  port: ports,
});
const hostileDomains = fc.oneof(
  texts,
  texts.map((text) => `${text}.local`),
  fc.domain(),
);

test("whatever the names and domains, the rule matches the hosts that were asked for, or nothing is built", () => {
  fc.assert(
    fc.property(hostileRoutes, fc.array(hostileDomains, { minLength: 1, maxLength: 3 }), (route, domains) => {
      const labels = builtOrUndefined([route], { domains });
      if (labels === undefined) return;
      const asked = domains.map(
        (domain) => `${route.label}.${route.instance}.${route.project}.${domain.toLowerCase()}`,
      );
      expect(hostsOfRule(ruleOf(labels, route))).toEqual([...new Set(asked)]);
    }),
    { numRuns: 2000 },
  );
});

test("good names under whatever domain: the same", () => {
  fc.assert(
    fc.property(routesOfInstance, fc.array(hostileDomains, { minLength: 1, maxLength: 3 }), (routes, domains) => {
      const labels = builtOrUndefined(routes, { domains });
      if (labels === undefined) return;
      for (const route of routes) {
        const asked = domains.map(
          (domain) => `${route.label}.${route.instance}.${route.project}.${domain.toLowerCase()}`,
        );
        expect(hostsOfRule(ruleOf(labels, route))).toEqual([...new Set(asked)]);
      }
    }),
    { numRuns: 1000 },
  );
});

test("whatever the options, entry points and network arrive as they were given, or nothing is built", () => {
  fc.assert(
    fc.property(texts, fc.array(texts, { minLength: 1, maxLength: 3 }), (network, entryPoints) => {
      const labels = builtOrUndefined([docs], { network, entryPoints });
      if (labels === undefined) return;
      expect(labels["traefik.docker.network"]).toBe(network);
      expect(labels[`traefik.http.routers.${buildMark(docs)}.entrypoints`]?.split(",")).toEqual(entryPoints);
    }),
  );
});

test("every key is one that Traefik takes whole, and every route has its own router, service and middleware", () => {
  fc.assert(
    fc.property(routesOfInstance, (routes) => {
      const labels = buildLabels(routes);
      for (const key of Object.keys(labels)) expect(key).toMatch(/^(cspace|traefik)(\.[A-Za-z0-9-]+)+$/);
      const names = new Set(routes.map(buildMark));
      expect(names.size).toBe(routes.length);
      const count = (one: string): number => routes.filter(({ scheme }) => scheme === one).length;
      expect(Object.keys(labels)).toHaveLength(6 + 13 * routes.length + 3 * count("https") + 2 * count("h2c"));
      for (const route of routes) {
        const name = buildMark(route);
        expect(hostsOfRule(ruleOf(labels, route))).toEqual([
          buildHostname(route),
          buildHostname(route, { domain: "cspace.localhost" }),
        ]);
        expect(labels).toMatchObject({
          [`cspace.route.${route.label}`]: String(route.port),
          [`traefik.http.routers.${name}.service`]: name,
          [`traefik.http.routers.${name}.middlewares`]: name,
          [`traefik.http.services.${name}.loadbalancer.server.port`]: String(route.port),
          [`traefik.http.middlewares.${name}.headers.customresponseheaders.X-Cspace-Route`]: name,
        });
      }
    }),
  );
});

test("who asks on the first entry point is sent to HTTPS, but for upgrades", () => {
  const labels = buildLabels([docs], { redirectTo: 8443 });
  const name = buildMark(docs);
  const rule = ruleOf(labels, docs);
  const at = (router: string): string | undefined => labels[`traefik.http.routers.${name}${router}.entrypoints`];
  expect([at(""), at("--plain"), at("--redirect"), at("--upgrade")]).toEqual(["websecure", "websecure", "web", "web"]);
  expect(labels).toMatchObject({
    [`traefik.http.routers.${name}--redirect.rule`]: rule,
    [`traefik.http.routers.${name}--redirect.middlewares`]: `${name},${name}--redirect-headers,${name}--redirect`,
    [`traefik.http.middlewares.${name}--redirect.redirectscheme.scheme`]: "https",
    [`traefik.http.middlewares.${name}--redirect.redirectscheme.port`]: "8443",
    [`traefik.http.routers.${name}--upgrade.rule`]: `(${rule}) && HeaderRegexp(\`Upgrade\`, \`.\`)`,
    [`traefik.http.routers.${name}--upgrade.middlewares`]: name,
  });
  expect(buildLabels([docs], { redirectTo: 443 })).not.toHaveProperty([
    `traefik.http.middlewares.${name}--redirect.redirectscheme.port`,
  ]);
});

test.each([
  [{ redirectTo: 0 }, "CSPACE_PORT_INVALID"],
  [{ redirectTo: 443, entryPoints: ["web"] }, "CSPACE_LABEL_OPTION_INVALID"],
])("nobody is sent to what is not there: %j", (options, code) => {
  expect(() => buildLabels([docs], options)).toThrow(expect.objectContaining({ code }));
});

test("hostile names never get as far as a label", () => {
  fc.assert(
    fc.property(hostileRoutes, (route) => {
      const good = isSlug(route.label) && isSlug(route.instance) && isSlug(route.project);
      expect(builtOrUndefined([route]) !== undefined).toBe(good);
    }),
  );
});

function builtOrUndefined(...input: Parameters<typeof buildLabels>): Record<string, string> | undefined {
  try {
    return buildLabels(...input);
  } catch (error) {
    if (isCspaceError(error)) return undefined;
    throw error;
  }
}

function ruleOf(labels: Record<string, string>, route: LabelledRoute): string {
  return labels[`traefik.http.routers.${buildMark(route)}.rule`] ?? "";
}

/** The hosts of a rule of the form Host(`a`) || Host(`b`); throws on every other form. */
function hostsOfRule(rule: string): string[] {
  return rule.split(" || ").map((matcher) => {
    const host = /^Host\(`([a-z0-9.-]+)`\)$/.exec(matcher)?.[1];
    if (host === undefined) throw new Error(`not a rule of hosts: ${rule}`);
    return host;
  });
}

test("what a service speaks goes to Traefik, and is read back", () => {
  const routes = [
    { ...docs, scheme: "https" as const },
    { ...docs, label: "grpc", port: 50051, scheme: "h2c" as const },
  ];
  const labels = buildLabels(routes, { transport: "mine@file" });
  expect(labels).toMatchObject({
    "cspace.scheme.docs": "https",
    "traefik.http.services.docs--earth--resume-redux.loadbalancer.server.scheme": "https",
    "traefik.http.services.docs--earth--resume-redux.loadbalancer.serverstransport": "mine@file",
    "traefik.http.services.grpc--earth--resume-redux.loadbalancer.server.scheme": "h2c",
  });
  expect(labels).not.toHaveProperty("traefik.http.services.grpc--earth--resume-redux.loadbalancer.serverstransport");
  expect(parseLabels(labels)).toEqual(routes);
  expect(parseLabels({ ...labels, "cspace.scheme.docs": "ftp" })[0]).toEqual(docs);
});

test("a client may stay with one of several containers", () => {
  const key = "traefik.http.services.docs--earth--resume-redux.loadbalancer.sticky.cookie.name";
  expect(buildLabels([docs], { sticky: ["docs", "other"] })[key]).toBe("cspace-sticky");
  expect(buildLabels([docs])).not.toHaveProperty(key);
});
