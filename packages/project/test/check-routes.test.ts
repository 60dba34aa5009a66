import { checkRoutePorts, checkRoutes, formatIssues } from "@cspace/project";
import { expect, test } from "vitest";

const services = { app: { ports: [3000] }, database: { ports: [] } };

test("a service that the compose files have is fine, and so is a port they do not mention", () => {
  expect(checkRoutes({ routes: { dev: { service: "app", port: 9 } } }, services)).toEqual([]);
  expect(checkRoutes({ routes: { docs: { process: "docs" } } }, services)).toEqual([]);
  expect(checkRoutes({}, services)).toEqual([]);
});

test("every route with an unknown service is listed, with the nearest name and all of them", () => {
  const text = `{
  "routes": {
    "dev": { "service": "ap", "port": 3000 },
    "mail": { "service": "smtp", "port": 70000 }
  }
}`;
  const settings = JSON.parse(text);
  expect(`\n${formatIssues("f", checkRoutes(settings, services, { text }))}\n`).toMatchInlineSnapshot(`
    "
    f:3:25  routes.dev.service  names no service: "ap" (did you mean "app"? services: app, database)
    f:4:26  routes.mail.service  names no service: "smtp" (services: app, database)
    f:4:42  routes.mail.port  must be a port (a whole number from 1 to 65535), not 70000
    "
  `);
});

test("a byte order mark does not move what stands after it", () => {
  const text = '{ "routes": { "dev": { "service": "x", "port": 80 } } }';
  const settings = JSON.parse(text);
  const [plain, marked] = [text, `\uFEFF${text}`].map((text) => checkRoutes(settings, services, { text }));
  expect(plain).toMatchObject([{ line: 1, column: 35 }]);
  expect(marked).toEqual(plain);
});

test("without the text there is no line", () => {
  expect(checkRoutes({ routes: { dev: { service: "x", port: 80 } } }, {})).toEqual([
    { path: "routes.dev.service", line: 0, column: 0, message: 'names no service: "x"', hint: "services: none" },
  ]);
});

test("a service named like a property of every object is unknown", () => {
  expect(checkRoutes({ routes: { dev: { service: "constructor", port: 80 } } }, services)).toHaveLength(1);
});

test("a port that a service does not mention is told with those that it does", () => {
  const settings = { routes: { dev: { service: "app", port: 3001 }, api: { service: "app", port: 3000 } } };
  expect(checkRoutePorts(settings, { app: { ports: [3000, 4173] } })).toEqual([
    { path: "routes.dev.port", line: 0, column: 0, message: "app mentions no port 3001", hint: "ports: 3000, 4173" },
  ]);
});

test("a service that mentions no port at all, or does not exist, leaves no doubt", () => {
  const settings = { routes: { dev: { service: "app", port: 3001 }, api: { service: "gone", port: 1 } } };
  expect(checkRoutePorts(settings, { app: { ports: [] } })).toEqual([]);
});

test("the doubt has its line and column where the text is known", () => {
  const text = '{\n  "routes": {\n    "dev": { "service": "app", "port": 3001 }\n  }\n}\n';
  const [issue] = checkRoutePorts(
    { routes: { dev: { service: "app", port: 3001 } } },
    { app: { ports: [3000] } },
    { text },
  );
  expect(issue).toMatchObject({ line: 3, column: 40 });
});
