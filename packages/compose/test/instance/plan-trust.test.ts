import type { ComposeService, ServiceTrust } from "@cspace/compose";
import { expect, test } from "vitest";
import { planTrust } from "../../src/instance/plan-trust.ts";
import { aPlan } from "./a-plan.ts";

const trust: ServiceTrust = {
  folder: "/home/ada/.cspace/certs/bundles/0a1b",
  hasBundle: true,
  isConfined: false,
  variables: ["PATH"],
};
const root = "/etc/cspace/certs/root.pem";
const bundle = "/etc/cspace/certs/bundle.pem";
const forRoot = { NODE_EXTRA_CA_CERTS: root, DENO_CERT: root };
const forBundle = { SSL_CERT_FILE: bundle, REQUESTS_CA_BUNDLE: bundle, GIT_SSL_CAINFO: bundle };
const variables = (service: ComposeService, options: Partial<ServiceTrust> = {}): unknown =>
  planTrust(service, { ...trust, ...options })?.environment;

test("an image with roots gets a file of all roots, and ours for programs that bring others", () => {
  expect(planTrust({}, trust)).toEqual({
    mount: { folder: trust.folder, isConfined: false },
    environment: { ...forRoot, ...forBundle },
  });
  expect(variables({}, { hasBundle: false })).toEqual(forRoot);
});

test("what the service sets stays, also to nothing", () => {
  const environment = { SSL_CERT_FILE: "/mine.pem", NODE_EXTRA_CA_CERTS: null, DENO_CERT: "" };
  expect(variables({ environment })).toEqual({ REQUESTS_CA_BUNDLE: bundle, GIT_SSL_CAINFO: bundle });
  const all = Object.fromEntries(Object.keys({ ...forRoot, ...forBundle }).map((name) => [name, "/mine.pem"]));
  expect(planTrust({ environment: all }, trust)).toBeUndefined();
});

test("what the image sets stays, but for the file of roots, which is in ours", () => {
  const set = ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO"];
  expect(variables({}, { variables: set })).toEqual({
    DENO_CERT: root,
    SSL_CERT_FILE: bundle,
    REQUESTS_CA_BUNDLE: bundle,
  });
});

test.each([
  ["volumes", "/etc/ssl/certs"],
  ["volumes", "/etc/ssl/certs/ca-certificates.crt"],
  ["volumes", "/etc"],
  ["volumes", "/"],
  ["configs", "/usr/local/share/ca-certificates/acme.crt"],
  ["secrets", "/etc/pki/tls/certs/ca-bundle.crt"],
])("a service with %s at %s has roots of its own, and gets no file of roots", (key, target) => {
  expect(variables({ [key]: [{ source: "x", target }] })).toEqual(forRoot);
});

test.each(["/srv", "/etc/sslx", "/etc/nginx"])("one with a volume at %s has not", (target) => {
  expect(variables({ volumes: [{ type: "bind", source: "/x", target }] })).toHaveProperty("SSL_CERT_FILE");
});

test("a service is made anew for another folder, and the others are not", () => {
  const [none, one, other] = [{}, { app: trust }, { app: { ...trust, folder: "/elsewhere" } }].map((trust) =>
    aPlan({ trust }),
  );
  expect(new Set([none, one, other].map((plan) => plan?.hashes.app)).size).toBe(3);
  expect(new Set([none, one, other].map((plan) => plan?.hashes.db)).size).toBe(1);
});
