/** Programs that serve what is on disk now: they read it for every request, or watch it and begin anew. */
export interface LiveServer {
  readonly programs: readonly string[];
  /** Words of which the command line has to have one; without them it serves what it read at its start. @default none */
  readonly words?: readonly string[];
  /** Words with which it serves something that was built, or does not watch. @default none */
  readonly except?: readonly string[];
}

/**
 * From the pages of `dev-servers.ts`, and those of the watchers: https://nodejs.org/api/cli.html#--watch,
 * https://bun.com/docs/runtime/watch-mode, https://docs.deno.com/runtime/getting_started/command_line_interface/#watch-mode,
 * https://tsx.is/watch-mode, https://github.com/remy/nodemon, https://www.uvicorn.org/settings/#reloading-app,
 * https://flask.palletsprojects.com/en/stable/cli/#debug-mode, https://docs.gunicorn.org/en/stable/settings.html#reload,
 * https://www.php.net/manual/en/features.commandline.webserver.php
 */
export const liveServers: readonly LiveServer[] = [
  // Development servers of bundlers and frameworks.
  { programs: ["vite", "vitepress", "astro", "rsbuild"], except: ["preview", "build"] },
  { programs: ["react-router", "nuxt", "nuxi", "storybook", "wrangler", "fastapi"], words: ["dev"] },
  { programs: ["remix"], words: ["vite:dev", "dev"] },
  { programs: ["next"], except: ["start", "build", "export"] },
  { programs: ["ng"], words: ["serve", "dev", "s"] },
  { programs: ["react-scripts", "expo"], words: ["start"] },
  { programs: ["vue-cli-service"], words: ["serve"] },
  { programs: ["webpack"], words: ["serve", "server", "s", "--watch", "-w"] },
  { programs: ["webpack-dev-server"] },
  { programs: ["parcel"], except: ["build"] },
  { programs: ["gatsby"], words: ["develop"] },
  { programs: ["eleventy"], words: ["--serve"] },
  { programs: ["docusaurus"], words: ["start"] },
  { programs: ["hugo"], words: ["server", "serve"], except: ["--watch=false"] },
  { programs: ["mkdocs"], words: ["serve"], except: ["--no-livereload"] },
  { programs: ["jekyll"], words: ["serve", "server", "s"], except: ["--no-watch"] },
  { programs: ["rails"], words: ["server", "s"], except: ["production"] },
  { programs: ["manage.py", "django-admin"], words: ["runserver"], except: ["--noreload"] },
  { programs: ["flask"], words: ["--debug", "--reload"] },
  { programs: ["uvicorn", "hypercorn", "gunicorn", "quart", "rerun"], words: ["--reload"] },
  { programs: ["artisan"], words: ["serve"] },
  // Watchers, which begin anew what they run.
  { programs: ["node", "bun", "deno"], words: ["--watch", "--watch-path", "--hot", "--watch-hmr"] },
  { programs: ["tsx"], words: ["watch"] },
  { programs: ["nodemon", "ts-node-dev", "tsnd", "watchexec", "entr", "air", "reflex", "wgo", "watchfiles"] },
  { programs: ["cargo", "dotnet"], words: ["watch"] },
  // Servers of files.
  { programs: ["php"], words: ["-S"] },
  { programs: ["http.server", "http-server", "serve", "live-server", "browser-sync", "nginx", "caddy"] },
  { programs: ["httpd", "apache2", "apache2-foreground", "httpd-foreground", "php-fpm", "busybox"] },
];
