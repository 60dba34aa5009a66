import type { HostDns } from "@cspace/instances";
import { describe, expect, test } from "vitest";
import { CommandFailure } from "../../src/output/command-failure.ts";
import { Output } from "../../src/output/output.ts";
import { type ResolverDocument, renderResolvers, requireFollowed } from "../../src/setup/resolver-document.ts";

const stream = { write: () => undefined };
const plain = new Output({ stdout: stream, stderr: stream, json: false, quiet: false, color: false });

const kind = "systemd-resolved" as const;
const unused = {
  kind,
  domain: "dev.test",
  port: 53,
  state: "not-used",
  reason: "a VPN answers",
  fix: "turn it off",
} as const;
const document: ResolverDocument = {
  resolvers: [
    { kind, domain: "cspace.local", port: 53, state: "ok", reason: null, fix: null },
    {
      kind: "nrpt",
      domain: "cspace.localhost",
      port: null,
      state: "no-rule",
      reason: "Safari needs one",
      fix: "install it",
    },
    unused,
  ],
  chosen: [{ kind, why: "/etc/resolv.conf names 127.0.0.53" }],
};

test("a line for every domain, reason and fix below those that are not well, and how it is known", () => {
  expect(renderResolvers(document, plain)).toMatchInlineSnapshot(`
    "cspace.local      ok        systemd-resolved, port 53
    cspace.localhost  no-rule   nrpt
      Safari needs one
      fix  install it
    dev.test          not-used  systemd-resolved, port 53
      a VPN answers
      fix  turn it off

    systemd-resolved: /etc/resolv.conf names 127.0.0.53"
  `);
});

describe("a rule that is in place and not followed", () => {
  const failure = (ruled: readonly string[], change: Partial<ResolverDocument> = {}): unknown => {
    try {
      return requireFollowed({ ...document, ...change }, { ruled } as unknown as HostDns);
    } catch (error) {
      return error;
    }
  };

  test("is a failure with its reason, its fix and the document", () => {
    const error = failure(["dev.test"]) as CommandFailure;
    expect(error).toBeInstanceOf(CommandFailure);
    expect(error.cause).toMatchObject({
      code: "CSPACE_DOMAIN_UNRESOLVED",
      message: "names under dev.test do not lead to this machine: a VPN answers",
      hint: "turn it off",
    });
    expect(error.data).toEqual(document);
  });

  test("is none of a domain without a rule, nor of a DNS that does not run yet", () => {
    expect(failure(["cspace.local"])).toBeUndefined();
    expect(failure(["dev.test"], { resolvers: [{ ...unused, state: "no-dns" }] })).toBeUndefined();
  });
});
