/** A server of one kind: TLS, plain HTTP, HTTP/2 without TLS, or no HTTP at all. */
export const schemeServer = `import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net from "node:net";
import fs from "node:fs";
const [kind, port] = process.argv.slice(2);
const read = (name) => fs.readFileSync("/app/" + name);
if (kind === "tls") https.createServer({ key: read("key.pem"), cert: read("cert.pem") }, (q, r) => r.end("tls")).listen(port);
if (kind === "http") http.createServer((q, r) => r.end("http " + (q.headers["accept-encoding"] ?? "none") + " " + q.url)).listen(port);
if (kind === "raw") net.createServer((c) => c.on("error", () => {}).write("220 hello\\r\\n")).listen(port);
if (kind === "h2c")
  http2.createServer().on("stream", (s) => { s.respond({ ":status": 200 }); s.end("h2c"); }).listen(port);
`;

/** A certificate for no name of ours, signed by nobody, as services in containers have them. */
export const pem = {
  "key.pem": `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIA0ALH3wi5VvqWuB+cbG/ykR4DGkgKWldUgEqLgRCIaDoAoGCCqGSM49
AwEHoUQDQgAEMK+ZkbGUIzb3ryA8k9QSUX6YaHGuIt7pk6OeiOC9lGqr6HNLgYrk
brzaCYt9gruqFjY/k0ikABl9jrRGk5kDJw==
-----END EC PRIVATE KEY-----
`,
  "cert.pem": `-----BEGIN CERTIFICATE-----
MIIBhTCCASugAwIBAgIUC3SF/zbkGJvpqQ3/EWQBaHKAeRowCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMc2VydmljZS50ZXN0MCAXDTI2MTEyNzEwMzYxMFoYDzIxMjYx
MTAzMTAzNjEwWjAXMRUwEwYDVQQDDAxzZXJ2aWNlLnRlc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQwr5mRsZQjNvevIDyT1BJRfphoca4i3umTo56I4L2Uaqvo
c0uBiuRuvNoJi32Cu6oWNj+TSKQAGX2OtEaTmQMno1MwUTAdBgNVHQ4EFgQU6puQ
rKisOq+60AfbeK4y7AW4BbUwHwYDVR0jBBgwFoAU6puQrKisOq+60AfbeK4y7AW4
BbUwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAp7p99pjG9ANE
0w9AdtxRR1AKw2UwnpnkMH1aAbd0O+4CIA93boPndT+PJ8hL8hQaXYNIrSNvzGjx
uXtY7ihAe3Uy
-----END CERTIFICATE-----
`,
};

/** A service of that kind. */
export function schemeService(name: string, kind: string, port: number): string {
  return `  ${name}:
    image: node:24
    init: true
    stop_grace_period: 0s
    working_dir: /app
    volumes: [".:/app:ro"]
    command: ["node", "server.mjs", "${kind}", "${port}"]
    ports: ["${port}"]
`;
}
