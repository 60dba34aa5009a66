import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { createFront, type Front } from "../../src/gateway/create-front.ts";

let front: Front;

beforeEach(async () => {
  const service = createServer((incoming, response) => response.end(incoming.headers["x-forwarded-for"]));
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void service.close());
  front = createFront(["cspace.local"]);
  onTestFinished(() => front.close());
  const { port: upstream } = service.address() as AddressInfo;
  front.setRoutes([{ label: "dev", instance: "mercury", project: "shop", upstream }]);
});

function clientsSeen(address: string, port: number): Promise<string> {
  const headers = { host: "dev.mercury.shop.cspace.local", "x-forwarded-for": "10.0.0.7" };
  return new Promise((resolve, reject) => {
    const sent = request({ host: address, port, headers, agent: false }, (response) => {
      response.setEncoding("utf8").once("data", resolve);
    });
    sent.once("error", reject).end();
  });
}

test("where the proxy comes from loopback, what it says of the client is kept", async () => {
  expect(await clientsSeen("127.0.0.1", await front.open(null))).toBe("10.0.0.7, 127.0.0.1");
});

test("where the proxy has an address of its own, nobody on loopback is believed", async () => {
  const port = await front.open({ address: "127.0.0.2", peers: ["127.0.0.0/8"] });
  expect(await clientsSeen("127.0.0.1", port)).toBe("127.0.0.1");
  expect(await clientsSeen("127.0.0.2", port)).toMatch(/^10\.0\.0\.7, 127\.0\.0\.\d$/);
});

test("it stays where it is while the proxy's network does, and moves with it", async () => {
  const first = await front.open(null);
  expect(await front.open(null)).toBe(first);
  const second = await front.open({ address: "127.0.0.2", peers: ["127.0.0.2/32"] });
  expect(await clientsSeen("127.0.0.1", second)).toBe("127.0.0.1");
  await expect(clientsSeen("127.0.0.1", first)).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
