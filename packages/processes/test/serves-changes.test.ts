import { expect, test } from "vitest";
import { devServers } from "../src/dev-servers.ts";
import { liveServers } from "../src/live-servers.ts";
import { servesChanges } from "../src/serves-changes.ts";

const scripts = {
  dev: "vite --port 3000",
  build: "vite build",
  preview: "vite preview",
  start: "node server.js",
  watch: "NODE_ENV=development node --watch server.js",
  both: 'concurrently "npm run start" "npm run dev"',
  neither: 'concurrently "npm run start" "npm run build"',
  circle: "npm run circle",
};

test.each([
  "npm run dev",
  "npm run dev -- --open",
  "pnpm watch",
  "pnpm both",
  "next dev",
  "npx next",
  "node --watch server.js",
  "node --watch-path=./src server.js",
  "tsx watch src/server.ts",
  "bun --hot index.ts",
  "deno run --watch main.ts",
  "nodemon server.js",
  "uvicorn app:app --reload",
  "flask --debug run",
  "flask run --debug",
  "python3 manage.py runserver",
  "python3 -m http.server 8000",
  "php -S 127.0.0.1:8000",
  "nginx -g 'daemon off;'",
  "bundle exec rails server",
  "tsc && vite",
])("%s serves what is on disk now", (line) => {
  expect(servesChanges(line, { scripts })).toBe(true);
});

test.each([
  "npm run start",
  "npm run preview",
  "npm run build",
  "npm run neither",
  "npm run circle",
  "npm run missing",
  "node server.js",
  "tsx src/server.ts",
  "next start",
  "uvicorn app:app",
  "flask run",
  "python3 manage.py runserver --noreload",
  "python3 server.py",
  "./server",
  "",
])("%s serves what it read when it began", (line) => {
  expect(servesChanges(line, { scripts })).toBe(false);
});

test("of every server whose flags are known it is known whether it reloads", () => {
  const reloading = new Set(liveServers.flatMap(({ programs }) => programs));
  const others = devServers.flatMap(({ programs }) => programs).filter((program) => !reloading.has(program));
  // Neither watches the files that it serves: https://github.com/rack/rackup, https://puma.io/puma/
  expect(others).toEqual(["rackup", "puma"]);
});
