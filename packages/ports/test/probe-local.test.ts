import { probeLocal } from "@cspace/ports";
import { expect, test } from "vitest";
import { closedPort, listenHttp, listenTcp } from "./listen.ts";

test.each([200, 301, 404, 502])("any HTTP answer is up: %i", async (status) => {
  const port = await listenHttp((_, response) => void response.writeHead(status).end());
  expect(await probeLocal(`http://localhost:${port}`)).toBe("up");
});

test("nobody, silence and another protocol are down", async () => {
  expect(await probeLocal(`http://localhost:${await closedPort()}`)).toBe("down");
  expect(await probeLocal(`http://127.0.0.1:${await listenTcp()}`, { timeoutMs: 50 })).toBe("down");
  const port = await listenTcp("127.0.0.1", 0, (socket) => socket.end("220 mail\r\n"));
  expect(await probeLocal(`http://127.0.0.1:${port}`)).toBe("down");
});

test("an abort rejects", async () => {
  const signal = AbortSignal.abort(new Error("stop"));
  await expect(probeLocal("http://127.0.0.1:9", { signal })).rejects.toThrow("stop");
});
