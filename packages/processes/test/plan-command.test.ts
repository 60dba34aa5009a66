import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { planCommand } from "@cspace/processes";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { devServers } from "../src/dev-servers.ts";
import { folderOf } from "./start.ts";

const plan = (command: string, scripts: Record<string, string> = {}): string =>
  planCommand(command, { port: 4000, domains: ["cspace.local", "cspace.localhost"], scripts }).command;
const flags = "--port 4000 --host 127.0.0.1";

test("every process gets the variables", () => {
  const { command, env, server } = planCommand("node server.js", { port: 4000, domains: ["cspace.local", "x.test"] });
  expect([command, server]).toEqual(["node server.js", null]);
  expect(env).toEqual({
    PORT: "4000",
    HOST: "127.0.0.1",
    __VITE_ADDITIONAL_SERVER_ALLOWED_HOSTS: ".cspace.local",
    RAILS_DEVELOPMENT_HOSTS: ".cspace.local,.x.test",
    FLASK_RUN_PORT: "4000",
    FLASK_RUN_HOST: "127.0.0.1",
    UVICORN_PORT: "4000",
    UVICORN_HOST: "127.0.0.1",
  });
  expect(Object.keys(planCommand("x", { port: 1 }).env)).not.toContain("RAILS_DEVELOPMENT_HOSTS");
});

test("the variable of Vite, which takes one value, has the first domain that is not allowed anyway", () => {
  const { env } = planCommand("vite", { port: 1, domains: ["cspace.localhost", "a.test", "b.test"] });
  expect(env.__VITE_ADDITIONAL_SERVER_ALLOWED_HOSTS).toBe(".a.test");
});

describe("each server gets its own flags", () => {
  test.each([
    ["vite", `vite ${flags}`],
    ["vite dev", `vite dev ${flags}`],
    ["python3 -m http.server", "python3 -m http.server 4000 --bind 127.0.0.1"],
    ["vitepress dev docs", `vitepress dev docs ${flags}`],
    ["react-router dev", `react-router dev ${flags}`],
    ["remix vite:dev", `remix vite:dev ${flags}`],
    ["astro dev", `astro dev ${flags}`],
    ["ng serve", `ng serve ${flags}`],
    ["nuxt dev", `nuxt dev ${flags}`],
    ["nuxi dev", `nuxi dev ${flags}`],
    ["next dev --turbopack", "next dev --turbopack --port 4000 --hostname 127.0.0.1"],
    ["react-scripts start", "react-scripts start"],
    ["vue-cli-service serve", `vue-cli-service serve ${flags}`],
    ["webpack serve", `webpack serve ${flags} --allowed-hosts .cspace.local --allowed-hosts .cspace.localhost`],
    [
      "webpack-dev-server",
      `webpack-dev-server ${flags} --allowed-hosts .cspace.local --allowed-hosts .cspace.localhost`,
    ],
    ["rsbuild dev", `rsbuild dev ${flags}`],
    ["parcel src/index.html", `parcel src/index.html ${flags} --hmr-host 0.0.0.0`],
    ["expo start", "expo start --port 4000"],
    ["storybook dev -p 6006", "storybook dev -p 6006 --port 4000 --host 127.0.0.1 --ci"],
    ["gatsby develop", `gatsby develop ${flags}`],
    ["wrangler pages dev", "wrangler pages dev --port 4000 --ip 127.0.0.1 --inspector-port 0"],
    ["bundle exec rackup", `bundle exec rackup ${flags}`],
    ["puma -w 2", "puma -w 2 --bind tcp://127.0.0.1:4000"],
    ["puma -p 3000", "puma -p 3000"],
    ["eleventy --serve", "eleventy --serve --port=4000"],
    ["docusaurus start", `docusaurus start ${flags} --no-open`],
    ["bin/rails server", "bin/rails server -p 4000 -b 127.0.0.1"],
    ["bundle exec jekyll serve", `bundle exec jekyll serve ${flags}`],
    ["python manage.py runserver", "python manage.py runserver 127.0.0.1:4000"],
    ["./manage.py runserver", "./manage.py runserver 127.0.0.1:4000"],
    ["flask --app hello run --debug", `flask --app hello run --debug ${flags}`],
    ["fastapi dev main.py", `fastapi dev main.py ${flags}`],
    ["uvicorn main:app --reload", `uvicorn main:app --reload ${flags}`],
    ["hugo server", "hugo server --port 4000 --bind 127.0.0.1"],
    ["mkdocs serve", "mkdocs serve --dev-addr 127.0.0.1:4000"],
    ["php artisan serve", "php artisan serve --port=4000 --host=127.0.0.1"],
  ])("%s", (command, planned) => {
    expect(plan(command)).toBe(planned);
  });

  test("no row of the table is without a test, a source and a program of its own", () => {
    const text = readFileSync(new URL(import.meta.url), "utf8");
    const programs = devServers.flatMap((server) => server.programs);
    expect(new Set(programs).size).toBe(programs.length);
    for (const { source, programs } of devServers) {
      expect(source).toMatch(/^https:\/\//);
      expect(text).toContain(programs[0] ?? "");
    }
  });

  test("one whose host check knows no names of its own gets what turns it off, and nobody else does", () => {
    expect(planCommand("react-scripts start", { port: 1 }).env.DANGEROUSLY_DISABLE_HOST_CHECK).toBe("true");
    expect(planCommand("vite", { port: 1 }).env.DANGEROUSLY_DISABLE_HOST_CHECK).toBeUndefined();
  });
});

test.each([
  "vite build",
  "vite --mode dev build",
  "next build",
  "ng build",
  "webpack",
  "eleventy",
  "wrangler deploy",
  "vitest",
])("%s serves nothing and is left as it is", (command) => expect(plan(command)).toBe(command));

describe("what a command says already", () => {
  test.each([
    ["vite --port 3000", `vite --port 3000 ${flags}`],
    ["vite --port=3000 --host", "vite --port=3000 --host --port 4000"],
    ["vite --host 0.0.0.0", "vite --host 0.0.0.0 --port 4000"],
    ["next dev -p3000 -H ::", "next dev -p3000 -H :: --port 4000"],
    ["astro dev --port 3000", "astro dev --port 3000 --host 127.0.0.1"],
    ["python manage.py runserver 8000", "python manage.py runserver 8000"],
    ["python3 -m http.server 8000", "python3 -m http.server 8000 --bind 127.0.0.1"],
    ["python manage.py runserver 0.0.0.0:8000", "python manage.py runserver 0.0.0.0:8000"],
  ])("%s", (command, planned) => expect(plan(command)).toBe(planned));
});

describe("where the server stands", () => {
  test.each([
    ["NODE_ENV=development vite", `NODE_ENV=development vite ${flags}`],
    ["cross-env A=1 B='2 3' vite", `cross-env A=1 B='2 3' vite ${flags}`],
    ["npx --yes vite@7", `npx --yes vite@7 ${flags}`],
    ["pnpm exec vite", `pnpm exec vite ${flags}`],
    ["yarn vite", `yarn vite ${flags}`],
    ["pnpm vite", `pnpm vite ${flags}`],
    ["bunx --bun vite", `bunx --bun vite ${flags}`],
    ["./node_modules/.bin/vite", `./node_modules/.bin/vite ${flags}`],
    ["node node_modules/vite/bin/vite.js", `node node_modules/vite/bin/vite.js ${flags}`],
    ["npx @11ty/eleventy --serve", "npx @11ty/eleventy --serve --port=4000"],
    ["mise exec node@24 -- vite", `mise exec node@24 -- vite ${flags}`],
    ["mise x -- npx vite", `mise x -- npx vite ${flags}`],
    ["asdf exec vite", `asdf exec vite ${flags}`],
    ["volta run vite", `volta run vite ${flags}`],
    ["deno run -A npm:vite", `deno run -A npm:vite ${flags}`],
    ["dotenv -e .env -- vite", `dotenv -e .env -- vite ${flags}`],
    ["doppler run --project x -- next dev", "doppler run --project x -- next dev --port 4000 --hostname 127.0.0.1"],
    ["uv run flask run", `uv run flask run ${flags}`],
    ["python3.12 -m flask run", `python3.12 -m flask run ${flags}`],
    ["tsc && vite", `tsc && vite ${flags}`],
    ["vite & tsc -w", `vite ${flags} & tsc -w`],
    ["vite > log.txt 2>&1", `vite ${flags} > log.txt 2>&1`],
    ["echo 'vite && x'; vite", `echo 'vite && x'; vite ${flags}`],
    ["cd app\nvite", `cd app\nvite ${flags}`],
  ])("%s", (command, planned) => expect(plan(command)).toBe(planned));

  test.each([
    "node vite.js",
    "echo vite",
    "(cd app; vite)",
    "for x in a; do vite; done",
    "if true; then vite; fi",
    "vite # --port",
    "vite $(cat flags)",
    'vite "`cat flags`"',
    "vite 'no end",
    "cat <<X\nvite\nX",
    "turbo run dev",
    "concurrently 'vite' 'tsc -w'",
    "",
  ])("%s is left as it is", (command) => expect(plan(command)).toBe(command));
});

describe("scripts", () => {
  const scripts = {
    dev: "tsc && vite",
    start: "npm run dev",
    "dev:web": "vite",
    both: "vite & tsc -w",
    loop: "npm run loop",
  };

  test.each([
    ["npm run dev", `npm run dev -- ${flags}`],
    ["npm run dev -- --open", `npm run dev -- --open ${flags}`],
    ["npm start", `npm start -- -- ${flags}`],
    ["npm --silent run dev", `npm --silent run dev -- ${flags}`],
    ["pnpm dev", `pnpm dev ${flags}`],
    ["pnpm run dev", `pnpm run dev ${flags}`],
    ["pnpm start", `pnpm start -- ${flags}`],
    ["yarn dev", `yarn dev ${flags}`],
    ["yarn run dev:web", `yarn run dev:web ${flags}`],
    ["bun run dev", `bun run dev ${flags}`],
    ["bun --bun dev", `bun --bun dev ${flags}`],
    ["node --run dev", `node --run dev -- ${flags}`],
    ["PORT=1 npm run dev && echo done", `PORT=1 npm run dev -- ${flags} && echo done`],
  ])("%s", (command, planned) => expect(plan(command, scripts)).toBe(planned));

  test.each([
    ["yarn start", "yarn takes a first -- away, which npm needs"],
    ["npm run both", "what npm adds would go to tsc"],
    ["npm run loop", "it calls itself"],
    ["npm run none", "there is no such script"],
    ["npm test", "it is not a server"],
    ["pnpm -r dev", "it is of several packages"],
    ["npm run toString", "an object has that by itself"],
  ])("%s is left as it is: %s", (command) => expect(plan(command, scripts)).toBe(command));

  test("a server that tells browsers where the proxy answers is told it where that is known", () => {
    const { command } = planCommand("hugo server", { port: 4000, proxyPort: 8080, platform: "linux" });
    expect(command).toBe("hugo server --port 4000 --bind 127.0.0.1 --liveReloadPort 8080");
  });

  test("a port in the script counts as said", () => {
    expect(plan("npm run dev", { dev: "astro dev --port 3000" })).toBe("npm run dev -- --host 127.0.0.1");
    expect(plan("npm run dev -- --port 3000", { dev: "astro dev" })).toBe(
      "npm run dev -- --port 3000 --host 127.0.0.1",
    );
  });
});

describe("through another package of the workspace", () => {
  const packages = [
    { name: "@shop/web", folder: "apps/web", scripts: { dev: "npm run serve", serve: "vite", only: "vite" } },
    { name: "api", folder: "apps/api", scripts: { dev: "node api.mjs", start: "node api.mjs" } },
    { name: "@other/docs", folder: "other/docs", scripts: { dev: "astro dev" } },
    { name: "@shop/docs", folder: "apps/docs", scripts: { dev: "astro dev" } },
  ];
  const scripts = { dev: "pnpm --filter @shop/web only", all: "turbo run dev", web: "turbo dev --filter=@shop/web" };
  const planned = (command: string) => planCommand(command, { port: 4000, scripts, packages, platform: "linux" });

  test.each([
    ["npm run only -w @shop/web", `npm run only -w @shop/web -- ${flags}`],
    ["npm run --workspace=apps/web only", `npm run --workspace=apps/web only -- ${flags}`],
    ["npm --prefix ./apps/web run dev", `npm --prefix ./apps/web run dev -- -- ${flags}`],
    ["npm run only --prefix apps/web -- --open", `npm run only --prefix apps/web -- --open ${flags}`],
    ["pnpm --filter web only", `pnpm --filter web only ${flags}`],
    ["pnpm -F './apps/web' run only", `pnpm -F './apps/web' run only ${flags}`],
    ["pnpm --filter web exec vite", `pnpm --filter web exec vite ${flags}`],
    ["pnpm -C apps/web only", `pnpm -C apps/web only ${flags}`],
    ["pnpm dev", `pnpm dev ${flags}`],
    ["yarn workspace @shop/web only", `yarn workspace @shop/web only ${flags}`],
    ["yarn --cwd apps/web only", `yarn --cwd apps/web only ${flags}`],
    ["bun --cwd apps/web run only", `bun --cwd apps/web run only ${flags}`],
    ["deno task --cwd apps/web only", `deno task --cwd apps/web only ${flags}`],
    ["npx turbo run only", `npx turbo run only -- ${flags}`],
    ["turbo only --filter=@shop/web -- --open", `turbo only --filter=@shop/web -- --open ${flags}`],
  ])("%s", (command, expected) => expect(planned(command).command).toBe(expected));

  test.each([
    ["npm run web", "turbo takes one -- for itself, and npm needs one for the script behind it"],
    ["pnpm --filter docs dev", "two have that name"],
    ["pnpm --filter '*' dev", "they are several"],
    ["pnpm --filter web... dev", "they are several"],
    ["pnpm --filter web --filter api dev", "they are several"],
    ["bun --filter web dev", "what bun hands on there is not said"],
    ["npm run only -ws", "they are several"],
    ["yarn workspaces run dev", "they are several"],
    ["npm run dev -w none", "there is none"],
    ["turbo run dev", "several have that task"],
    ["turbo run dev only", "they are two tasks"],
    ["npm run only -w api", "it has no such script"],
  ])("%s is left as it is: %s", (command) => expect(planned(command).command).toBe(command));

  test.each([
    ["npx turbo run start", "loose"],
    ["npm run web", "loose"],
    ["npm run all", undefined],
    ["turbo run dev", undefined],
    ["turbo run dev --filter=api", "loose"],
    ["pnpm --filter web only", undefined],
  ])("turbo hands PORT on to one script, not to several: %s", (command, mode) => {
    expect(planned(command).env.TURBO_ENV_MODE).toBe(mode);
  });
});

describe.skipIf(process.platform === "win32")("as a shell reads it", () => {
  const word = fc.oneof(
    fc
      .string({ minLength: 1, maxLength: 8 })
      .filter((text) => !/[\0\n\r]/.test(text))
      .map((text) => `'${text.replaceAll("'", "'\\''")}'`),
    fc.stringMatching(/^[a-z0-9=_./-]{1,8}$/),
    fc.stringMatching(/^[a-z' &|;#<>-]{0,8}$/).map((text) => `"${text}"`),
    fc.constantFrom("\\&", "\\'", '"a\\"b"', "a'b c'd"),
  );
  const simple = fc.array(word, { maxLength: 4 });

  test("the server gets its own words and then the flags, and every other command what it had", () => {
    // Two programs that write down their words, one of them by the name of a server.
    const folder = folderOf({
      vite: '#!/bin/sh\nfor w; do printf "%s\\n" "vite $w"; done >> "$OUT"; echo end >> "$OUT"\n',
    });
    const other = folderOf({ other: readFileSync(join(folder, "vite"), "utf8").replace('"vite $w"', '"other $w"') });
    chmodSync(join(folder, "vite"), 0o755);
    chmodSync(join(other, "other"), 0o755);
    const out = join(folder, "out");
    const run = (line: string): string => {
      rmSync(out, { force: true });
      const path = [folder, other, process.env.PATH].join(delimiter);
      const result = spawnSync("/bin/sh", ["-c", line], { env: { ...process.env, PATH: path, OUT: out }, cwd: other });
      expect(result.stderr.toString()).toBe("");
      return readFileSync(out, "utf8");
    };
    const host = fc.oneof(
      fc.constant("127.0.0.1"),
      fc.string({ minLength: 1, maxLength: 6 }).filter((text) => !/[\0\n\r]/.test(text)),
    );
    const line = fc.tuple(simple, simple, simple, fc.constantFrom(" && ", ";", " ; ", "\n", "||", " | cat;"));
    fc.assert(
      fc.property(line, host, ([before, own, after, joint], host) => {
        const has = own.some((text) => /build|optimize|--host/.test(text));
        fc.pre(!has);
        const command = `other ${before.join(" ")};vite ${own.join(" ")}${joint}other ${after.join(" ")}`;
        const planned = planCommand(command, { port: 4000, host }).command;
        const end = `vite --port\nvite 4000\nvite --host\nvite ${host}\n`;
        const expected = run(command).replace(
          /((?:^|end\n)(?:other .*\n)*end\n(?:vite .*\n)*)end\n/,
          (_, head: string) => `${head}${end}end\n`,
        );
        expect(run(planned)).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });
});
