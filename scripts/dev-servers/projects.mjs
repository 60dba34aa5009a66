// The smallest project of each development server, as its own documentation begins one. `edit` is the file and the text in
// it that is changed while a page is open: a server that has live reload or hot updates shows the change by itself.

const html = (script) =>
  `<!doctype html><html><head><title>page</title></head><body><h1 id="text">waiting</h1>${script}</body></html>\n`;
const packageJson = (dev, extra = {}) =>
  JSON.stringify({ name: "page", private: true, type: "module", scripts: { dev }, ...extra }, null, 2);
const plain = 'document.querySelector("#text").textContent = "one";\n';
const http = (start) => `import http from "node:http";\n${start}\n`;

/** A project by its server's name: what npm installs, its files, and what is edited. */
export const projects = {
  Vite: {
    install: ["vite"],
    files: {
      "package.json": packageJson("vite"),
      "index.html": html('<script type="module" src="/main.js"></script>'),
      "main.js": `${plain}if (import.meta.hot) import.meta.hot.accept();\n`,
    },
    edit: "main.js",
  },
  "Vite, React": {
    install: ["vite", "@vitejs/plugin-react", "react", "react-dom"],
    files: {
      "package.json": packageJson("vite"),
      "vite.config.js": 'import react from "@vitejs/plugin-react";\nexport default { plugins: [react()] };\n',
      "index.html":
        '<!doctype html><body><div id="root"></div><script type="module" src="/main.jsx"></script></body>\n',
      "main.jsx":
        'import { createRoot } from "react-dom/client";\nimport App from "./App.jsx";\ncreateRoot(document.getElementById("root")).render(<App />);\n',
      "App.jsx": 'export default function App() {\n  return <h1 id="text">one</h1>;\n}\n',
    },
    edit: "App.jsx",
  },
  "Vite, Vue": {
    install: ["vite", "@vitejs/plugin-vue", "vue"],
    files: {
      "package.json": packageJson("vite"),
      "vite.config.js": 'import vue from "@vitejs/plugin-vue";\nexport default { plugins: [vue()] };\n',
      "index.html": '<!doctype html><body><div id="app"></div><script type="module" src="/main.js"></script></body>\n',
      "main.js": 'import { createApp } from "vue";\nimport App from "./App.vue";\ncreateApp(App).mount("#app");\n',
      "App.vue": '<template><h1 id="text">one</h1></template>\n',
    },
    edit: "App.vue",
  },
  "Vite, Svelte": {
    install: ["vite", "@sveltejs/vite-plugin-svelte", "svelte"],
    files: {
      "package.json": packageJson("vite"),
      "vite.config.js":
        'import { svelte } from "@sveltejs/vite-plugin-svelte";\nexport default { plugins: [svelte()] };\n',
      "index.html": '<!doctype html><body><div id="app"></div><script type="module" src="/main.js"></script></body>\n',
      "main.js":
        'import { mount } from "svelte";\nimport App from "./App.svelte";\nmount(App, { target: document.getElementById("app") });\n',
      "App.svelte": '<h1 id="text">one</h1>\n',
    },
    edit: "App.svelte",
  },
  "Next.js": {
    install: ["next", "react", "react-dom"],
    files: {
      "package.json": packageJson("next dev"),
      "next.config.mjs": 'export default { allowedDevOrigins: ["**.cspace.localhost", "**.cspace.local"] };\n',
      "app/layout.js": "export default ({ children }) => <html><body>{children}</body></html>;\n",
      "app/page.js": 'export default () => <h1 id="text">one</h1>;\n',
    },
    edit: "app/page.js",
  },
  "Next.js, webpack": {
    install: ["next", "react", "react-dom"],
    files: {
      "package.json": packageJson("next dev --webpack"),
      "next.config.mjs": 'export default { allowedDevOrigins: ["**.cspace.localhost", "**.cspace.local"] };\n',
      "app/layout.js": "export default ({ children }) => <html><body>{children}</body></html>;\n",
      "app/page.js": 'export default () => <h1 id="text">one</h1>;\n',
    },
    edit: "app/page.js",
  },
  Nuxt: {
    install: ["nuxt"],
    files: { "package.json": packageJson("nuxt dev"), "app.vue": '<template><h1 id="text">one</h1></template>\n' },
    edit: "app.vue",
  },
  Astro: {
    // It asks for a newer Node than cspace does.
    install: ["astro", "node@24"],
    files: { "package.json": packageJson("astro dev"), "src/pages/index.astro": html("").replace("waiting", "one") },
    edit: "src/pages/index.astro",
  },
  SvelteKit: {
    install: ["@sveltejs/kit", "@sveltejs/vite-plugin-svelte", "svelte", "vite"],
    files: {
      "package.json": packageJson("vite dev"),
      "vite.config.js": 'import { sveltekit } from "@sveltejs/kit/vite";\nexport default { plugins: [sveltekit()] };\n',
      "src/app.html":
        "<!doctype html><html><head>%sveltekit.head%</head><body><div>%sveltekit.body%</div></body></html>\n",
      "src/routes/+page.svelte": '<h1 id="text">one</h1>\n',
    },
    edit: "src/routes/+page.svelte",
  },
  "React Router": {
    install: ["@react-router/dev", "react-router", "@react-router/node", "isbot", "react", "react-dom", "vite"],
    files: {
      "package.json": packageJson("react-router dev", { dependencies: { "@react-router/node": "*", isbot: "*" } }),
      "vite.config.js":
        'import { reactRouter } from "@react-router/dev/vite";\nexport default { plugins: [reactRouter()] };\n',
      "app/root.jsx":
        'import { Outlet, Scripts } from "react-router";\nexport default function Root() {\n  return <html><body><Outlet /><Scripts /></body></html>;\n}\n',
      "app/routes.js": 'import { index } from "@react-router/dev/routes";\nexport default [index("home.jsx")];\n',
      "app/home.jsx": 'export default function Home() {\n  return <h1 id="text">one</h1>;\n}\n',
    },
    edit: "app/home.jsx",
  },
  Angular: {
    install: [
      // It asks for a newer Node than cspace does; of ranges npm would take versions that do not fit together.
      "@angular/cli@22.2.6",
      ...["build", "core", "common", "compiler", "compiler-cli", "platform-browser"].map(
        (name) => `@angular/${name}@22.2.6`,
      ),
      ...["rxjs", "tslib", "typescript@6.0", "node@24"],
    ],
    files: {
      "package.json": packageJson("ng serve"),
      "angular.json": JSON.stringify({
        version: 1,
        cli: { analytics: false },
        projects: {
          page: {
            projectType: "application",
            root: "",
            architect: {
              build: {
                builder: "@angular/build:application",
                options: { browser: "src/main.ts", index: "src/index.html", tsConfig: "tsconfig.json" },
              },
              serve: { builder: "@angular/build:dev-server", options: { buildTarget: "page:build" } },
            },
          },
        },
      }),
      "tsconfig.json": JSON.stringify({
        compilerOptions: { target: "ES2022", module: "ES2022", moduleResolution: "bundler", skipLibCheck: true },
        files: ["src/main.ts"],
      }),
      "src/index.html": "<!doctype html><html><head><base href=/></head><body><page-root></page-root></body></html>\n",
      "src/main.ts":
        'import { Component, provideZonelessChangeDetection } from "@angular/core";\nimport { bootstrapApplication } from "@angular/platform-browser";\n@Component({ selector: "page-root", template: \'<h1 id="text">one</h1>\' })\nclass Page {}\nbootstrapApplication(Page, { providers: [provideZonelessChangeDetection()] });\n',
    },
    edit: "src/main.ts",
  },
  wrangler: {
    install: ["wrangler"],
    files: {
      "package.json": packageJson("wrangler dev"),
      "wrangler.json": JSON.stringify({ name: "page", main: "server.js", compatibility_date: "2025-01-01" }),
      "server.js": `export default { fetch: () => new Response(${JSON.stringify(html("").replace("waiting", "one"))}, { headers: { "content-type": "text/html" } }) };\n`,
    },
  },
  "webpack-dev-server": {
    install: ["webpack", "webpack-cli", "webpack-dev-server"],
    files: {
      "package.json": packageJson("webpack serve --mode development"),
      "webpack.config.js":
        'export default { entry: "./main.js", devServer: { static: "." }, output: { filename: "main.js" } };\n',
      "index.html": html('<script src="/main.js"></script>'),
      "main.js": plain,
    },
    edit: "main.js",
  },
  Rsbuild: {
    install: ["@rsbuild/core"],
    files: {
      "package.json": packageJson("rsbuild dev"),
      "src/index.js": 'document.body.innerHTML = "<h1 id=text>one</h1>";\n',
    },
    edit: "src/index.js",
  },
  Parcel: {
    install: ["parcel"],
    files: {
      "package.json": packageJson("parcel index.html"),
      "index.html": html('<script type="module" src="./main.js"></script>'),
      "main.js": plain,
    },
    edit: "main.js",
  },
  Storybook: {
    install: ["storybook", "@storybook/html-vite", "vite"],
    files: {
      "package.json": packageJson("storybook dev -p 6006"),
      ".storybook/main.js": 'export default { framework: "@storybook/html-vite", stories: ["../*.stories.js"] };\n',
      "page.stories.js": 'export default { title: "Page" };\nexport const Text = () => "<h1 id=text>one</h1>";\n',
    },
    path: "/iframe.html?id=page--text&viewMode=story",
    edit: "page.stories.js",
  },
  Express: {
    install: ["express"],
    files: {
      "package.json": packageJson("node server.js"),
      "server.js": `import express from "express";\nexpress().get("/", (q, r) => r.send(${JSON.stringify(html("").replace("waiting", "one"))})).listen(process.env.PORT ?? 3000);\n`,
    },
  },
  Fastify: {
    install: ["fastify"],
    files: {
      "package.json": packageJson("node server.js"),
      "server.js": `import fastify from "fastify";\nconst app = fastify();\napp.get("/", (q, r) => r.type("text/html").send(${JSON.stringify(html("").replace("waiting", "one"))}));\nawait app.listen({ port: Number(process.env.PORT ?? 3000), host: process.env.HOST });\n`,
    },
  },
  Hono: {
    install: ["hono", "@hono/node-server"],
    files: {
      "package.json": packageJson("node server.js"),
      "server.js": `import { serve } from "@hono/node-server";\nimport { Hono } from "hono";\nconst app = new Hono().get("/", (c) => c.html(${JSON.stringify(html("").replace("waiting", "one"))}));\nserve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) });\n`,
    },
  },
  serve: {
    install: ["serve"],
    files: { "package.json": packageJson("serve public"), "public/index.html": html("").replace("waiting", "one") },
  },
  Eleventy: {
    install: ["@11ty/eleventy"],
    files: { "package.json": packageJson("eleventy --serve"), "index.html": html("").replace("waiting", "one") },
    edit: "index.html",
  },
  Bun: {
    install: ["bun"],
    files: {
      "package.json": packageJson("bun server.js"),
      "server.js": `Bun.serve({ port: process.env.PORT ?? 3000, fetch: () => new Response(${JSON.stringify(html("").replace("waiting", "one"))}, { headers: { "content-type": "text/html" } }) });\n`,
    },
  },
  Deno: {
    install: ["deno"],
    files: {
      "package.json": packageJson("deno run --allow-net --allow-env server.js"),
      "server.js": `Deno.serve({ port: Number(Deno.env.get("PORT") ?? 8000), hostname: "127.0.0.1" }, () => new Response(${JSON.stringify(html("").replace("waiting", "one"))}, { headers: { "content-type": "text/html" } }));\n`,
    },
  },
  Node: {
    install: [],
    files: {
      "package.json": packageJson("node server.js"),
      "server.js": http(
        `http.createServer((q, r) => r.setHeader("content-type", "text/html").end(${JSON.stringify(html("").replace("waiting", "one"))})).listen(process.env.PORT);`,
      ),
    },
  },
  Python: {
    install: [],
    program: "python3",
    files: {
      ".cspace.json": JSON.stringify({ processes: { dev: { command: "python3 -m http.server" } } }),
      "index.html": html("").replace("waiting", "one"),
    },
  },
  Flask: {
    install: [],
    program: "python3",
    pip: ["flask"],
    files: {
      ".cspace.json": JSON.stringify({
        processes: { dev: { command: "PYTHONPATH=node_modules/py python3 -m flask --app server run" } },
      }),
      "server.py": `from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get("/")\ndef page():\n    return ${JSON.stringify(html("").replace("waiting", "one"))}\n`,
    },
  },
  FastAPI: {
    install: [],
    program: "python3",
    pip: ["fastapi", "uvicorn"],
    files: {
      ".cspace.json": JSON.stringify({
        processes: { dev: { command: "PYTHONPATH=node_modules/py python3 -m uvicorn server:app" } },
      }),
      "server.py": `from fastapi import FastAPI\nfrom fastapi.responses import HTMLResponse\n\napp = FastAPI()\n\n\n@app.get("/", response_class=HTMLResponse)\ndef page():\n    return ${JSON.stringify(html("").replace("waiting", "one"))}\n`,
    },
  },
  Django: {
    install: [],
    program: "python3",
    pip: ["django"],
    files: {
      ".cspace.json": JSON.stringify({
        processes: { dev: { command: "PYTHONPATH=node_modules/py python3 manage.py runserver" } },
      }),
      "manage.py": `import sys\n\nfrom django.conf import settings\nfrom django.core.management import execute_from_command_line\nfrom django.http import HttpResponse\nfrom django.urls import path\n\nsettings.configure(DEBUG=True, ROOT_URLCONF=__name__, ALLOWED_HOSTS=[".cspace.localhost", ".cspace.local"], SECRET_KEY="x")\nurlpatterns = [path("", lambda request: HttpResponse(${JSON.stringify(html("").replace("waiting", "one")).replaceAll("\\n", "")}))]\nexecute_from_command_line(sys.argv)\n`,
    },
  },
  PHP: {
    install: [],
    program: "php",
    files: {
      ".cspace.json": JSON.stringify({ processes: { dev: { command: "php -S 127.0.0.1:$PORT" } } }),
      "index.php": html("").replace("waiting", "one"),
    },
  },
  Rack: {
    install: [],
    program: "rackup",
    files: {
      ".cspace.json": JSON.stringify({ processes: { dev: { command: "rackup" } } }),
      "config.ru": `run ->(env) { [200, { "content-type" => "text/html" }, [${JSON.stringify(html("").replace("waiting", "one"))}]] }\n`,
    },
  },
  Hugo: {
    install: [],
    program: "hugo",
    files: {
      ".cspace.json": JSON.stringify({ processes: { dev: { command: "hugo server" } } }),
      "config.toml": 'title = "page"\ndisableKinds = ["taxonomy", "term", "RSS", "sitemap"]\n',
      "layouts/index.html": html("").replace("waiting", "one"),
    },
    edit: "layouts/index.html",
  },
  "turbo, of an npm workspace": {
    install: ["turbo", "vite"],
    files: {
      ".cspace.json": JSON.stringify({ processes: { dev: { command: "npx turbo run dev" } } }),
      "package.json": packageJson("turbo run dev", { workspaces: ["apps/*"], packageManager: "npm@10.0.0" }),
      "turbo.json": JSON.stringify({ tasks: { dev: { cache: false, persistent: true } } }),
      "apps/web/package.json": JSON.stringify({ name: "web", type: "module", scripts: { dev: "vite" } }),
      "apps/web/index.html": html('<script type="module" src="/main.js"></script>'),
      "apps/web/main.js": `${plain}if (import.meta.hot) import.meta.hot.accept();\n`,
    },
    edit: "apps/web/main.js",
  },
  "npm run dev --workspace": {
    install: ["vite"],
    files: {
      ".cspace.json": JSON.stringify({ processes: { dev: { command: "npm run dev --workspace web" } } }),
      "package.json": packageJson("npm run dev --workspace web", { workspaces: ["apps/*"] }),
      "apps/web/package.json": JSON.stringify({ name: "web", type: "module", scripts: { dev: "vite" } }),
      "apps/web/index.html": html('<script type="module" src="/main.js"></script>'),
      "apps/web/main.js": `${plain}if (import.meta.hot) import.meta.hot.accept();\n`,
    },
    edit: "apps/web/main.js",
  },
  Go: {
    install: [],
    program: "go",
    files: {
      ".cspace.json": JSON.stringify({ processes: { dev: { command: "go run ." } } }),
      "go.mod": "module page\n",
      "main.go": `package main\n\nimport (\n\t"net/http"\n\t"os"\n)\n\nfunc main() {\n\thttp.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(${JSON.stringify(html("").replace("waiting", "one"))})) })\n\thttp.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil)\n}\n`,
    },
  },
  "a package of a pnpm workspace": {
    install: ["vite"],
    files: {
      "package.json": packageJson("pnpm --filter web dev"),
      "pnpm-workspace.yaml": "packages: [apps/*]\n",
      "apps/web/package.json": JSON.stringify({ name: "web", type: "module", scripts: { dev: "vite" } }),
      "apps/web/index.html": html('<script type="module" src="/main.js"></script>'),
      "apps/web/main.js": `${plain}if (import.meta.hot) import.meta.hot.accept();\n`,
    },
    edit: "apps/web/main.js",
  },
};
