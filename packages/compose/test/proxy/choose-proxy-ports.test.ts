import { createSocket } from "node:dgram";
import { describe, expect, onTestFinished, test } from "vitest";
import { type ChoosePortsOptions, choosePorts } from "../../src/proxy/choose-proxy-ports.ts";
import { fakeEngine } from "../fake-engine.ts";

/** Holds a UDP port of 127.0.0.1 until the test ends. */
async function holdPort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((done, fail) => socket.once("error", fail).bind(0, "127.0.0.1", done));
  onTestFinished(() => new Promise<void>((done) => socket.close(done)));
  return socket.address().port;
}

function options(change: Partial<ChoosePortsOptions>): ChoosePortsOptions {
  return {
    engine: fakeEngine(),
    config: { httpPort: null, httpsPort: null, dnsPort: null },
    // HTTP stays where it is, so that only DNS is chosen.
    state: { proxyRunning: true, dnsRunning: false, httpPort: 8080, httpsPort: 8443, dnsPort: null },
    refused: { http: new Map(), https: new Map(), dns: new Map() },
    ...change,
  };
}

test("DNS takes the port that a rule of the host names", async () => {
  const port = await holdPort();
  const state = { proxyRunning: true, dnsRunning: true, httpPort: 8080, httpsPort: 8443, dnsPort: port };
  const chosen = await choosePorts(options({ state, ruleDnsPort: async () => port }));
  expect(chosen).toEqual({ httpPort: 8080, httpsPort: 8443, dnsPort: port, notes: [] });
});

test("where that is taken it goes without, and names the holder, rather than to another port", async () => {
  const port = await holdPort();
  const { dnsPort, notes } = await choosePorts(options({ ruleDnsPort: async () => port }));
  expect(dnsPort).toBeNull();
  expect(notes).toEqual([
    expect.stringMatching(
      new RegExp(
        `^port ${port} on 127\\.0\\.0\\.1 is taken by .+ \\(pid ${process.pid}\\); the proxy goes on without DNS$`,
      ),
    ),
  ]);
});

test("Docker's refusal counts as taken too", async () => {
  const refused = { http: new Map(), https: new Map(), dns: new Map([[53, "process"] as const]) };
  const { dnsPort, notes } = await choosePorts(options({ refused, ruleDnsPort: async () => 53 }));
  expect({ dnsPort, notes: notes.length }).toEqual({ dnsPort: null, notes: 1 });
});

test("a port that is kept or asked for goes before the rule, which is not even read", async () => {
  const ruleDnsPort = (): Promise<number> => Promise.reject(new Error("it was read"));
  const kept = { httpPort: null, httpsPort: null, dnsPort: 25_353 };
  expect(await choosePorts(options({ config: kept, ruleDnsPort }))).toMatchObject({ dnsPort: 25_353 });
  expect(await choosePorts(options({ config: kept, dnsPort: 25_353, ruleDnsPort }))).toMatchObject({ dnsPort: 25_353 });
  const dns = new Map([53, 5301].map((port) => [port, "process"] as const));
  const auto = options({ dnsPort: "auto", refused: { http: new Map(), https: new Map(), dns }, ruleDnsPort });
  expect((await choosePorts(auto)).dnsPort).not.toBe(53);
});

test("without a rule it is the first candidate that Docker does not refuse", async () => {
  const refused = { http: new Map(), https: new Map(), dns: new Map([[53, "container"] as const]) };
  const { dnsPort } = await choosePorts(options({ refused, ruleDnsPort: async () => null }));
  expect([5300, 5301]).toContain(dnsPort);
});

describe("HTTPS", () => {
  const idle = { proxyRunning: false, dnsRunning: true, httpPort: null, httpsPort: null, dnsPort: 53 };

  test("takes the first of its list that Docker does not refuse", async () => {
    const refused = { http: new Map(), https: new Map([[443, "process"] as const]), dns: new Map() };
    const { httpsPort, notes } = await choosePorts(options({ state: idle, refused }));
    expect([8443, 9443, 10443]).toContain(httpsPort);
    expect(notes.join()).toContain(`HTTPS is on port ${httpsPort}`);
  });

  test("goes without where nothing of it is to be had", async () => {
    const https = new Map([443, 8443, 9443, 10443].map((port) => [port, "process"] as const));
    const { httpsPort, notes } = await choosePorts(
      options({ state: idle, refused: { http: new Map(), https, dns: new Map() } }),
    );
    expect(httpsPort).toBeNull();
    expect(notes.filter((note) => note.endsWith("the proxy goes on without HTTPS"))).toHaveLength(4);
  });

  test("has the port that is asked for, or it is an error that says how to go on", async () => {
    const refused = { http: new Map(), https: new Map([[8443, "container"] as const]), dns: new Map() };
    const config = { httpPort: null, httpsPort: 8443, dnsPort: null };
    await expect(choosePorts(options({ state: idle, config, refused, httpsPort: 8443 }))).rejects.toMatchObject({
      code: "CSPACE_PORT_TAKEN",
      hint: "stop it, or let cspace choose: cspace proxy up --https-port auto",
    });
  });
});
