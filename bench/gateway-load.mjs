// The load of bench/gateway.mjs, in a process of its own: each connection asks again as soon as it is answered.
//   node bench/gateway-load.mjs <port> <connections> <seconds> <path> [requests]
import { connect } from "node:net";

const [, , portText, connectionsText, secondsText, path, requestsText = "0"] = process.argv;
const request = Buffer.from(
  `GET ${path} HTTP/1.1\r\nHost: dev.mercury.p.cspace.localhost\r\nUser-Agent: load\r\nAccept: */*\r\n\r\n`,
);
const most = Number(requestsText) || Number.POSITIVE_INFINITY;
let times = [];
let count = 0;
let failed = 0;
let over = false;
let begin = performance.now();

for (let index = 0; index < Number(connectionsText); index += 1) openConnection();
if (most === Number.POSITIVE_INFINITY) {
  await wait(500);
  times = [];
  count = 0;
  begin = performance.now();
  await wait(Number(secondsText) * 1000);
} else {
  while (count + failed < most) await wait(50);
}
over = true;
const seconds = (performance.now() - begin) / 1000;
times.sort((a, b) => a - b);
const p99 = times[Math.floor(times.length * 0.99)] ?? Number.NaN;
process.stdout.write(`${JSON.stringify({ rate: count / seconds, p99, failed })}\n`);
process.exit();

function openConnection() {
  const socket = connect({ port: Number(portText), host: "127.0.0.1", noDelay: true });
  let left = 0;
  let inChunks = false;
  let sent = 0;
  const ask = () => {
    if (over) return;
    sent = performance.now();
    socket.write(request);
  };
  const done = () => {
    count += 1;
    if (most === Number.POSITIVE_INFINITY) times.push(performance.now() - sent);
    ask();
  };
  socket.on("connect", ask);
  socket.on("error", () => {});
  socket.on("close", () => {
    failed += 1;
    if (!over) openConnection();
  });
  socket.on("data", (chunk) => {
    let size = chunk.length;
    if (left === 0 && !inChunks) {
      const end = chunk.indexOf("\r\n\r\n") + 4;
      const head = chunk.toString("latin1", 0, end);
      if (!head.startsWith("HTTP/1.1 200")) failed += 1;
      const length = /content-length: *(\d+)/i.exec(head);
      inChunks = length === null;
      left = Number(length?.[1] ?? 0);
      size -= end;
    }
    if (inChunks) {
      if (chunk.toString("latin1", chunk.length - 5) !== "0\r\n\r\n") return;
      inChunks = false;
      done();
      return;
    }
    left -= size;
    if (left === 0) done();
  });
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
