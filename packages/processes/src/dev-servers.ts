/** A flag that tells a server its port or its address. */
export interface ServerFlag {
  /** Its spellings: a command that has one of them says it already. */
  readonly names: readonly string[];
  /** What is added, word by word; `{port}` and `{host}` stand for the values. */
  readonly words: readonly string[];
}

/** How a development server is told where to listen and which hostnames are its own. */
export interface DevServer {
  readonly name: string;
  /** The vendor's page that the row is taken from. */
  readonly source: string;
  /** The programs that start it. */
  readonly programs: readonly string[];
  /** Words of which its command line has one when it serves; an empty one: it serves without any. */
  readonly serves: readonly string[];
  /** Words with which it does something else. */
  readonly others?: readonly string[];
  readonly flags: readonly ServerFlag[];
  /**
   * What a flag means that is given twice: `last`, the last one counts; `refused`, none does, or the command fails, so a
   * command that has the flag keeps its own.
   */
  readonly repeated: "last" | "refused";
  /** A flag that is added once for each domain, with `.<domain>` as its value. */
  readonly domainFlag?: string;
  /** Variables that it needs beside those that every process gets. */
  readonly env?: Readonly<Record<string, string>>;
}

const port = (...names: string[]): ServerFlag => ({ names, words: [names[0] ?? "", "{port}"] });
const host = (...names: string[]): ServerFlag => ({ names, words: [names[0] ?? "", "{host}"] });
const usual: readonly ServerFlag[] = [port("--port"), host("--host")];

/**
 * The servers that `PORT` and `HOST` alone do not reach. What is not here is given the two variables, and found by the
 * port that it takes. SvelteKit, Solid, Qwik and TanStack Start serve with `vite` itself.
 */
export const devServers: readonly DevServer[] = [
  {
    name: "Vite",
    source: "https://vite.dev/guide/cli",
    programs: ["vite"],
    serves: ["", "dev", "serve", "preview"],
    others: ["build", "optimize"],
    flags: usual,
    repeated: "last",
  },
  {
    name: "VitePress",
    source: "https://vitepress.dev/reference/cli",
    programs: ["vitepress"],
    serves: ["", "dev", "serve", "preview"],
    others: ["build", "init"],
    flags: usual,
    repeated: "refused",
  },
  {
    name: "React Router",
    source: "https://reactrouter.com/api/other-api/dev",
    programs: ["react-router"],
    serves: ["dev"],
    flags: usual,
    repeated: "last",
  },
  {
    name: "Remix",
    source: "https://v2.remix.run/docs/other-api/dev",
    programs: ["remix"],
    serves: ["vite:dev"],
    flags: usual,
    repeated: "last",
  },
  {
    name: "Astro",
    source: "https://docs.astro.build/en/reference/cli-reference/",
    programs: ["astro"],
    serves: ["dev", "preview"],
    flags: usual,
    repeated: "refused",
  },
  {
    name: "Angular",
    source: "https://angular.dev/cli/serve",
    programs: ["ng"],
    serves: ["serve", "dev", "s"],
    flags: usual,
    repeated: "refused",
  },
  {
    name: "Nuxt",
    source: "https://nuxt.com/docs/api/commands/dev",
    programs: ["nuxt", "nuxi"],
    serves: ["dev"],
    flags: [port("--port", "-p"), host("--host", "-h")],
    repeated: "refused",
  },
  {
    name: "Next.js",
    source: "https://nextjs.org/docs/app/api-reference/cli/next",
    programs: ["next"],
    serves: ["", "dev", "start"],
    others: ["build", "export", "info", "lint", "telemetry", "typegen", "upgrade"],
    flags: [port("--port", "-p"), host("--hostname", "-H")],
    repeated: "last",
  },
  {
    name: "Create React App",
    source: "https://create-react-app.dev/docs/advanced-configuration",
    programs: ["react-scripts"],
    serves: ["start"],
    flags: [],
    repeated: "refused",
    // It minds the Host only where package.json has a "proxy", and knows no list of its own names.
    env: { DANGEROUSLY_DISABLE_HOST_CHECK: "true" },
  },
  {
    name: "Vue CLI",
    source: "https://cli.vuejs.org/guide/cli-service.html",
    programs: ["vue-cli-service"],
    serves: ["serve"],
    flags: usual,
    repeated: "refused",
  },
  {
    name: "webpack-dev-server",
    source: "https://webpack.js.org/configuration/dev-server",
    programs: ["webpack"],
    serves: ["serve", "server", "s"],
    flags: usual,
    repeated: "last",
    domainFlag: "--allowed-hosts",
  },
  {
    name: "webpack-dev-server by its own name",
    source: "https://webpack.js.org/configuration/dev-server",
    programs: ["webpack-dev-server"],
    serves: [""],
    flags: usual,
    repeated: "last",
    domainFlag: "--allowed-hosts",
  },
  {
    name: "Rsbuild",
    source: "https://rsbuild.rs/guide/basic/cli",
    programs: ["rsbuild"],
    serves: ["dev", "preview"],
    flags: usual,
    repeated: "refused",
  },
  {
    name: "Parcel",
    source: "https://parceljs.org/features/cli/",
    programs: ["parcel"],
    serves: ["", "serve"],
    others: ["build", "watch", "help"],
    flags: [port("--port", "-p"), host("--host")],
    repeated: "last",
  },
  {
    name: "Expo",
    source: "https://docs.expo.dev/more/expo-cli/",
    programs: ["expo"],
    serves: ["start"],
    flags: [port("--port", "-p")],
    repeated: "last",
  },
  {
    name: "Storybook",
    source: "https://storybook.js.org/docs/api/cli-options",
    programs: ["storybook"],
    serves: ["dev"],
    // Without --ci it asks whether another port will do, and opens a browser.
    flags: [port("--port", "-p"), host("--host", "-h"), { names: ["--ci"], words: ["--ci"] }],
    repeated: "last",
  },
  {
    name: "Gatsby",
    source: "https://www.gatsbyjs.com/docs/reference/gatsby-cli/",
    programs: ["gatsby"],
    serves: ["develop", "serve"],
    flags: [port("--port", "-p"), host("--host", "-H")],
    repeated: "refused",
  },
  {
    name: "Wrangler",
    source: "https://developers.cloudflare.com/workers/wrangler/commands/",
    programs: ["wrangler"],
    serves: ["dev"],
    flags: [port("--port"), host("--ip")],
    repeated: "refused",
  },
  {
    name: "Eleventy",
    source: "https://www.11ty.dev/docs/usage/",
    programs: ["eleventy"],
    serves: ["--serve"],
    flags: [{ names: ["--port"], words: ["--port={port}"] }],
    repeated: "refused",
  },
  {
    name: "Docusaurus",
    source: "https://docusaurus.io/docs/cli",
    programs: ["docusaurus"],
    serves: ["start", "serve"],
    flags: [port("--port", "-p"), host("--host", "-h"), { names: ["--no-open"], words: ["--no-open"] }],
    repeated: "last",
  },
  {
    name: "Rails",
    source: "https://guides.rubyonrails.org/command_line.html",
    programs: ["rails"],
    serves: ["server", "s"],
    flags: [port("-p", "--port"), host("-b", "--binding")],
    repeated: "last",
  },
  {
    name: "Jekyll",
    source: "https://jekyllrb.com/docs/configuration/options/",
    programs: ["jekyll"],
    serves: ["serve", "server", "s"],
    flags: [port("--port", "-P"), host("--host", "-H")],
    repeated: "last",
  },
  {
    name: "Django",
    source: "https://docs.djangoproject.com/en/stable/ref/django-admin/#runserver",
    programs: ["manage.py", "django-admin"],
    serves: ["runserver"],
    flags: [{ names: ["{address}"], words: ["{host}:{port}"] }],
    repeated: "refused",
  },
  {
    name: "Flask",
    source: "https://flask.palletsprojects.com/en/stable/cli/",
    programs: ["flask"],
    serves: ["run"],
    flags: [port("--port", "-p"), host("--host", "-h")],
    repeated: "last",
  },
  {
    name: "FastAPI",
    source: "https://fastapi.tiangolo.com/fastapi-cli/",
    programs: ["fastapi"],
    serves: ["dev", "run"],
    flags: usual,
    repeated: "last",
  },
  {
    name: "Uvicorn",
    source: "https://www.uvicorn.org/settings/",
    programs: ["uvicorn"],
    serves: [""],
    flags: usual,
    repeated: "last",
  },
  {
    name: "Hugo",
    source: "https://gohugo.io/commands/hugo_server/",
    programs: ["hugo"],
    serves: ["server", "serve"],
    flags: [port("--port", "-p"), host("--bind")],
    repeated: "last",
  },
  {
    name: "MkDocs",
    source: "https://www.mkdocs.org/user-guide/cli/",
    programs: ["mkdocs"],
    serves: ["serve"],
    flags: [{ names: ["--dev-addr", "-a"], words: ["--dev-addr", "{host}:{port}"] }],
    repeated: "last",
  },
  {
    name: "Laravel",
    source: "https://laravel.com/docs/installation",
    programs: ["artisan"],
    serves: ["serve"],
    flags: [
      { names: ["--port"], words: ["--port={port}"] },
      { names: ["--host"], words: ["--host={host}"] },
    ],
    repeated: "last",
  },
];
