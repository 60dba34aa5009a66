import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { createGateway, type Listening, type ListenOptions } from "@cspace/gateway";
import { encode } from "dns-packet";
import { expect, onTestFinished, test } from "vitest";
import { bindLoopback } from "../src/listen/bind-loopback.ts";
import type { Bound } from "../src/listen/bind-servers.ts";
import { admitsLoopback, admitsSubnets, plainAddress } from "../src/listen/peers.ts";
import { get, hostname, listenHttp, openRaw, route } from "./harness.ts";

const outward = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

async function start(options: ListenOptions): Promise<Listening> {
  const upstream = await listenHttp(({ headers }, response) => {
    const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`);
    response.end(`<${headers["x-forwarded-for"]}>\n${fields.join("")}`);
  });
  const gateway = createGateway({ routes: [route(upstream)], limits: { drainTimeoutMs: 50 } });
  onTestFinished(() => gateway.close());
  return gateway.listen({ httpPort: 0, ...options });
}

async function askAt(host: string, port: number, ...fields: string[]): Promise<string> {
  const client = await openRaw(port, host);
  client.send(get("/", ...fields));
  return client.closed();
}

test("it listens on the same port of both loopback addresses, and on no other", async () => {
  const { httpPort, http, dns, dnsPort } = await start({});
  expect(http).toEqual([
    { address: "127.0.0.1", port: httpPort },
    { address: "::1", port: httpPort },
  ]);
  expect({ dns, dnsPort }).toEqual({ dns: [], dnsPort: null });
  expect(await askAt("127.0.0.1", httpPort)).toContain("<127.0.0.1>");
  expect(await askAt("::1", httpPort)).toContain("<::1>");
  if (outward !== undefined) expect(await askAt(outward, httpPort)).toBe("");
});

test.skipIf(outward === undefined)("on the wildcard address it refuses who is not of this machine", async () => {
  const { httpPort, http, dnsPort } = await start({ wildcard: "always", dnsPort: 0 });
  expect(http).toHaveLength(1);
  expect(dnsPort).toBeTypeOf("number");
  expect(await askAt("127.0.0.1", httpPort)).toContain("<127.0.0.1>");
  expect(await askAt(outward ?? "", httpPort)).toBe("");
  const answered = async (address: string): Promise<number> => {
    const socket = createSocket("udp4");
    onTestFinished(() => void socket.close());
    let count = 0;
    socket.on("message", () => {
      count += 1;
    });
    await new Promise<void>((resolve) => socket.bind(0, address, resolve));
    socket.send(encode({ type: "query", questions: [{ type: "A", name: "cspace.local" }] }), dnsPort ?? 0, address);
    await new Promise((resolve) => setTimeout(resolve, 200));
    return count;
  };
  expect([await answered("127.0.0.1"), await answered(outward ?? "")]).toEqual([1, 0]);
});

test.skipIf(outward === undefined)("a further address is for the peers that it names alone", async () => {
  const address = outward ?? "";
  const open = await start({ further: [{ address, peers: [`${address}/32`] }] });
  expect(open.http).toContainEqual({ address, port: open.httpPort });
  expect(await askAt(address, open.httpPort)).toContain(`<${address}>`);
  const told = { address, peers: [`${address}/32`], trustForwarded: true };
  const trusting = await start({ further: [told] });
  expect(await askAt(address, trusting.httpPort, "X-Forwarded-For: 203.0.113.7")).toContain(
    `<203.0.113.7, ${address}>`,
  );
  expect(await askAt("127.0.0.1", trusting.httpPort, "X-Forwarded-For: 203.0.113.7")).toContain("<127.0.0.1>");
  const shut = await start({ further: [{ address, peers: ["198.51.100.0/24"] }] });
  expect(await askAt(address, shut.httpPort)).toBe("");
  expect(await askAt("127.0.0.1", shut.httpPort)).toContain("<127.0.0.1>");
});

test("what a proxy in front says is kept only when it is trusted", async () => {
  const field = "X-Forwarded-For: 203.0.113.7";
  expect(await askAt("127.0.0.1", (await start({})).httpPort, field)).toContain("<127.0.0.1>");
  const trusting = await start({ trustForwarded: true });
  expect(await askAt("127.0.0.1", trusting.httpPort, field)).toContain("<203.0.113.7, 127.0.0.1>");
});

test("a client's Forwarded is dropped even behind a trusted proxy, and written anew from what that proxy says", async () => {
  const { httpPort } = await start({ trustForwarded: true });
  const forwarded = async (...fields: string[]): Promise<string | undefined> =>
    /^forwarded: (.*)$/im.exec(
      await askAt("127.0.0.1", httpPort, ["Forwarded: for=6.6.6.6;proto=https", ...fields].join("\r\n")),
    )?.[1];
  const own = `for=127.0.0.1;host="${hostname}";proto=http`;
  expect(await forwarded()).toBe(own);
  expect(
    await forwarded(
      "X-Forwarded-For: 203.0.113.7, 2001:db8::1",
      "X-Forwarded-Proto: https",
      "X-Forwarded-Host: a.test:81",
    ),
  ).toBe(`for=203.0.113.7;host="a.test:81";proto=https, for="[2001:db8::1]", ${own}`);
  expect(await forwarded("X-Forwarded-Proto: https")).toBe(`for=unknown;proto=https, ${own}`);
  expect(
    await forwarded(
      'X-Forwarded-For: 1.2.3.4";for=6.6.6.6',
      'X-Forwarded-Host: a";for=6.6.6.6',
      "X-Forwarded-Proto: x;y",
    ),
  ).toBe(`for=unknown, ${own}`);
});

test("what a trusted proxy says of the protocol, the host and the port is kept", async () => {
  const said = ["X-Forwarded-Proto: https", "X-Forwarded-Host: a.test", "X-Forwarded-Port: 443"];
  const trusting = await askAt("127.0.0.1", (await start({ trustForwarded: true })).httpPort, said.join("\r\n"));
  for (const field of said) expect(trusting).toContain(field.toLowerCase());
  const other = await askAt("127.0.0.1", (await start({})).httpPort, said.join("\r\n"));
  for (const field of said) expect(other).not.toContain(field.toLowerCase());
});

test("a port that is taken is named with its holder, and nothing stays bound", async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void holder.close());
  const { port } = holder.address() as { port: number };
  const gateway = createGateway();
  onTestFinished(() => gateway.close());
  await expect(gateway.listen({ httpPort: port })).rejects.toMatchObject({ code: "CSPACE_PORT_TAKEN" });
  await expect(gateway.listen({ httpPort: 0, dnsPort: port })).rejects.toThrow(/for DNS, is taken by .*pid/);
  const { httpPort } = await gateway.listen({ httpPort: 0 });
  expect(httpPort).toBeGreaterThan(0);
});

test("an address of another machine is named, and nothing stays bound", async () => {
  const gateway = createGateway();
  onTestFinished(() => gateway.close());
  const further = [{ address: "198.51.100.1", peers: ["198.51.100.0/24"] }];
  const listening = gateway.listen({ httpPort: 0, further });
  await expect(listening).rejects.toMatchObject({
    code: "CSPACE_ADDRESS_ABSENT",
    message: "198.51.100.1 is no address of this machine",
  });
  expect((await gateway.listen({ httpPort: 0 })).httpPort).toBeGreaterThan(0);
});

test("a gateway that is closed while it begins to listen listens nowhere", async () => {
  const gateway = createGateway();
  const [listening] = await Promise.allSettled([gateway.listen({ httpPort: 0, dnsPort: 0 }), gateway.close()]);
  expect(listening).toMatchObject({ status: "rejected", reason: { code: "CSPACE_GATEWAY_CLOSED" } });
});

test.each(["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "x/8", "::/129", "10.0.0.0/8/8"])(
  "%s is no subnet",
  async (subnet) => {
    const gateway = createGateway();
    onTestFinished(() => gateway.close());
    const listening = gateway.listen({ httpPort: 0, further: [{ address: "127.0.0.2", peers: [subnet] }] });
    await expect(listening).rejects.toMatchObject({ code: "CSPACE_PEERS_INVALID" });
  },
);

test("a gateway listens once, and not after it was closed", async () => {
  const gateway = createGateway();
  await gateway.listen({ httpPort: 0 });
  await expect(gateway.listen({ httpPort: 0 })).rejects.toMatchObject({ code: "CSPACE_GATEWAY_CLOSED" });
  await gateway.close();
  await gateway.close();
  await expect(gateway.listen({ httpPort: 0 })).rejects.toMatchObject({ code: "CSPACE_GATEWAY_CLOSED" });
});

const denied =
  (hosts: readonly string[], bound: string[]) =>
  async (host: string, port: number): Promise<Bound[]> => {
    if (hosts.includes(host)) throw Object.assign(new Error("denied"), { code: "EACCES" });
    bound.push(host);
    return [{ address: host, port, handle: createServer(), close: () => {} }];
  };

test.each([
  ["darwin", "needed", ["::"]],
  ["darwin", "never", "CSPACE_PORT_DENIED"],
  ["linux", "needed", "CSPACE_PORT_DENIED"],
] as const)(
  "on %s with the wildcard %s, a port that loopback may not have ends in %j",
  async (platform, wildcard, end) => {
    const bound: string[] = [];
    const binding = bindLoopback(denied(["127.0.0.1", "::1"], bound), 80, { what: "HTTP", wildcard, platform });
    if (typeof end === "string") await expect(binding).rejects.toMatchObject({ code: end });
    else expect([await binding, bound]).toEqual([[expect.objectContaining({ port: 80 })], end]);
  },
);

test("peers are told apart by their plain address", () => {
  expect(plainAddress("::ffff:127.0.0.1")).toBe("127.0.0.1");
  expect(plainAddress("fe80::1%eth0")).toBe("fe80::1");
  expect(["127.0.0.1", "127.9.9.9", "::1"].map(admitsLoopback)).toEqual([true, true, true]);
  expect(["10.0.0.1", "fe80::1", "", "::ffff:10.0.0.1"].map(admitsLoopback)).toEqual([false, false, false, false]);
  const docker = admitsSubnets(["10.213.0.0/26"]);
  expect(["10.213.0.63", "10.213.0.64", "127.0.0.1"].map(docker)).toEqual([true, false, false]);
});
