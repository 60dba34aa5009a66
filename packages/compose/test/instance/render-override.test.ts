import { renderOverride } from "@cspace/compose";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { isSealed } from "../../src/home/seal.ts";
import { overrideSource } from "../../src/instance/override-source.ts";
import { renderRecord } from "../../src/instance/render-override.ts";
import { aPlan, model, record } from "./a-plan.ts";

const plan = aPlan({
  model: {
    ...model,
    services: {
      app: { ports: [{ target: 3000 }], container_name: "redux", hostname: "app", networks: { default: null } },
      host: { network_mode: "host", ports: [{ target: 80 }] },
      migrate: {},
    },
    networks: { default: { name: "resume-redux--mercury_default" }, back: { name: "fixed" } },
  },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Compose
  environment: { PRICE: "$5 and ${MORE}" },
});

// https://docs.docker.com/reference/compose-file/services/#long-syntax-6
test.each([
  [false, { create_host_path: false }],
  [true, { create_host_path: true, selinux: "z" }],
])("a folder with roots is mounted read-only, and labelled where the engine confines: %s", async (isConfined, bind) => {
  const trust = { app: { folder: "/home/$ada/bundles/0a1b", hasBundle: true, isConfined, variables: [] } };
  const text = await renderOverride(aPlan({ trust }), { record, subnets: {} });
  const { services } = parse(text, { logLevel: "error" });
  expect(services.app.volumes).toEqual([
    { type: "bind", source: "/home/$$ada/bundles/0a1b", target: "/etc/cspace/certs", read_only: true, bind },
  ]);
  expect(services.db).not.toHaveProperty("volumes");
});

test("an override replaces what must be replaced, and adds the rest", async () => {
  const subnets = { default: "10.213.0.64/26" };
  const text = await renderOverride(plan, { record, subnets });
  expect(text.replace(/^# Rendered.*\n/, "")).toMatchInlineSnapshot(`
    "x-cspace:
      directory: /home/ada/resume-redux
      directoryId: 5ykub-dn5rg36pnunm
      repository: /home/ada/resume-redux/.git
      repositoryId: 5ykuc-dn5rg36pnunm
      project: resume-redux
      instance: mercury
      projectName: Résumé Redux
      instanceName: mercury
    services:
      app:
        labels:
          cspace.managed: "true"
          cspace.spec: "1"
          cspace.project: resume-redux
          cspace.instance: mercury
          cspace.project.name: Résumé Redux
          cspace.instance.name: mercury
          cspace.directory: /home/ada/resume-redux
          cspace.directory.id: 5ykub-dn5rg36pnunm
          cspace.repository: /home/ada/resume-redux/.git
          cspace.repository.id: 5ykuc-dn5rg36pnunm
          cspace.domain: cspace.localhost
          traefik.enable: "true"
          traefik.docker.network: cspace-resume-redux
          cspace.route.dev: "3000"
          traefik.http.routers.dev--mercury--resume-redux.rule: Host(\`dev.mercury.resume-redux.cspace.local\`) || Host(\`dev.mercury.resume-redux.cspace.localhost\`)
          traefik.http.routers.dev--mercury--resume-redux.entrypoints: web,websecure
          traefik.http.routers.dev--mercury--resume-redux.service: dev--mercury--resume-redux
          traefik.http.routers.dev--mercury--resume-redux.middlewares: dev--mercury--resume-redux
          traefik.http.routers.dev--mercury--resume-redux--plain.rule: (Host(\`dev.mercury.resume-redux.cspace.local\`) || Host(\`dev.mercury.resume-redux.cspace.localhost\`)) && !HeaderRegexp(\`Accept-Encoding\`, \`.\`)
          traefik.http.routers.dev--mercury--resume-redux--plain.entrypoints: web,websecure
          traefik.http.routers.dev--mercury--resume-redux--plain.service: dev--mercury--resume-redux
          traefik.http.routers.dev--mercury--resume-redux--plain.middlewares: dev--mercury--resume-redux,dev--mercury--resume-redux--plain
          traefik.http.services.dev--mercury--resume-redux.loadbalancer.server.port: "3000"
          traefik.http.middlewares.dev--mercury--resume-redux.headers.customresponseheaders.X-Cspace-Route: dev--mercury--resume-redux
          traefik.http.middlewares.dev--mercury--resume-redux.headers.customresponseheaders.Strict-Transport-Security: ""
          traefik.http.middlewares.dev--mercury--resume-redux--plain.headers.customrequestheaders.Accept-Encoding: identity
          traefik.http.routers.dev--mercury--resume-redux--icon.rule: (Host(\`dev.mercury.resume-redux.cspace.local\`) || Host(\`dev.mercury.resume-redux.cspace.localhost\`)) && Path(\`/favicon.ico\`)
          traefik.http.routers.dev--mercury--resume-redux--icon.priority: "1000000"
          traefik.http.routers.dev--mercury--resume-redux--icon.entrypoints: web,websecure
          traefik.http.routers.dev--mercury--resume-redux--icon.service: dev--mercury--resume-redux
          traefik.http.routers.dev--mercury--resume-redux--icon.middlewares: dev--mercury--resume-redux,cspace-icon@file
          traefik.http.routers.dev--mercury--resume-redux--error.rule: (Host(\`dev.mercury.resume-redux.cspace.local\`) || Host(\`dev.mercury.resume-redux.cspace.localhost\`)) && (Header(\`Upgrade-Insecure-Requests\`, \`1\`) || Header(\`Sec-Fetch-Dest\`, \`document\`))
          traefik.http.routers.dev--mercury--resume-redux--error.priority: "1000000"
          traefik.http.routers.dev--mercury--resume-redux--error.entrypoints: web,websecure
          traefik.http.routers.dev--mercury--resume-redux--error.service: dev--mercury--resume-redux
          traefik.http.routers.dev--mercury--resume-redux--error.middlewares: dev--mercury--resume-redux,cspace-error@file
          cspace.plan: 688e80c0d25fe883
        environment:
          PRICE: $$5 and $\${MORE}
        networks:
          default:
            aliases:
              - redux
              - app
        ports: !override
          - 127.0.0.1::3000
        container_name: !reset null
        hostname: !reset null
      host:
        labels:
          cspace.managed: "true"
          cspace.spec: "1"
          cspace.project: resume-redux
          cspace.instance: mercury
          cspace.project.name: Résumé Redux
          cspace.instance.name: mercury
          cspace.directory: /home/ada/resume-redux
          cspace.directory.id: 5ykub-dn5rg36pnunm
          cspace.repository: /home/ada/resume-redux/.git
          cspace.repository.id: 5ykuc-dn5rg36pnunm
          cspace.domain: cspace.localhost
          cspace.plan: 5200e49778a6d00c
        environment:
          PRICE: $$5 and $\${MORE}
        ports: !reset []
      migrate:
        labels:
          cspace.managed: "true"
          cspace.spec: "1"
          cspace.project: resume-redux
          cspace.instance: mercury
          cspace.project.name: Résumé Redux
          cspace.instance.name: mercury
          cspace.directory: /home/ada/resume-redux
          cspace.directory.id: 5ykub-dn5rg36pnunm
          cspace.repository: /home/ada/resume-redux/.git
          cspace.repository.id: 5ykuc-dn5rg36pnunm
          cspace.domain: cspace.localhost
          cspace.plan: be5500fd9b4b00f9
        environment:
          PRICE: $$5 and $\${MORE}
    networks:
      default:
        ipam:
          config:
            - subnet: 10.213.0.64/26
      back:
        name: resume-redux--mercury_back
    "
  `);
});

test("without services that differ and without networks there are none in it", async () => {
  const text = await renderOverride(aPlan({ model: { services: {} }, routes: [] }), { record, subnets: {} });
  expect(parse(text)).toEqual({ "x-cspace": record, services: {} });
});

test("a record alone", async () => {
  expect(await renderRecord(record)).toMatchInlineSnapshot(`
    "x-cspace:
      directory: /home/ada/resume-redux
      directoryId: 5ykub-dn5rg36pnunm
      repository: /home/ada/resume-redux/.git
      repositoryId: 5ykuc-dn5rg36pnunm
      project: resume-redux
      instance: mercury
      projectName: Résumé Redux
      instanceName: mercury
    "
  `);
});

test("nothing in it is a variable to Compose, neither in values nor in names that people chose", async () => {
  const odd = { ...record, directory: "/home/ada/$HOME/${x", instanceName: "a$b" };
  for (const text of [await renderOverride(aPlan(odd), { record: odd, subnets: {} }), await renderRecord(odd)]) {
    expect(text.replaceAll("$$", "")).not.toContain("$");
  }
});

test("its first line tells whether it is still what was rendered from this plan", async () => {
  const options = { record, subnets: { default: "10.213.0.64/26" } };
  const text = await renderOverride(plan, options);
  const source = overrideSource(plan, options);
  expect(isSealed(text, source)).toBe(true);
  expect(isSealed(text, overrideSource(plan, { ...options, subnets: {} }))).toBe(false);
  for (const damaged of [
    undefined,
    "",
    text.slice(0, -1),
    text.slice(0, 20),
    text.replace("$$5", "$$6"),
    `\n${text}`,
  ]) {
    expect(isSealed(damaged, source)).toBe(false);
  }
});
