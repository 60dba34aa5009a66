import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { askDaemon } from "./ask-daemon.ts";
import { bin, createSandbox, docker, engineAnswers, httpService, prefix, removeLeftovers, until } from "./harness.ts";

interface Said {
  readonly text: string;
  readonly isError: boolean;
}

const server = `
const { PORT, HOST } = process.env;
require("node:http").createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  if (request.url === "/big") return response.end("x".repeat(500000));
  if (request.url === "/never") return;
  if (request.url === "/binary") return response.end(Buffer.from([0, 1, 2, 255]));
  if (request.url === "/away") return response.writeHead(302, { location: "http://example.com/" }).end();
  console.log("\\u001b[31masked\\u001b[0m " + request.url);
  response.end([request.method, request.url, request.headers.host, request.headers["x-mine"], body].join(" "));
}).listen(Number(PORT), HOST);
`;

describe.skipIf(!engineAnswers)("the tools of cspace mcp (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  const name = `${prefix}mcp`;
  let folder: string;
  let other: string;

  /** A client of the SDK's own, over the standard streams of the program. */
  async function connect(cwd: string, ...args: string[]) {
    const env = { ...process.env, CSPACE_HOME: sandbox.home } as Record<string, string>;
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [bin, "mcp", ...args],
      cwd,
      env,
      stderr: "pipe",
    });
    const client = new Client({ name: "test", version: "1" });
    await client.connect(transport);
    onTestFinished(() => client.close());
    const call = async (tool: string, input: Record<string, unknown> = {}): Promise<Said> => {
      const result = await client.callTool({ name: tool, arguments: input }, { timeout: 100_000 });
      const [first] = result.content as { type: string; text: string }[];
      return { text: first?.text ?? "", isError: result.isError === true };
    };
    return { client, call };
  }

  beforeAll(async () => {
    removeLeftovers();
    const files = {
      "compose.yaml": `services:\n${httpService("web", [3000], '    ports: ["3000"]')}`,
      "server.cjs": server,
      ".cspace.json": JSON.stringify({ project: name, processes: { api: { command: "node server.cjs" } } }),
    };
    folder = sandbox.project(name, files);
    other = sandbox.project(`${name}-other`, files);
    await sandbox.json(other, "up", "venus", "--project", `${name}-2`);
  });
  afterAll(async () => {
    await askDaemon(sandbox.home, "POST", "/stop");
    await sandbox.clean();
  });

  test("it says what it is for, and every tool has a description and a closed schema", async () => {
    const { client } = await connect(folder);
    expect(client.getInstructions()).toContain("up");
    const { tools } = await client.listTools();
    expect(tools.map((one) => one.name)).toEqual([
      ..."up down list url logs restart verify env request doctor".split(" "),
    ]);
    for (const { description, inputSchema } of tools) {
      expect(description?.length).toBeGreaterThan(40);
      expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
    }
  });

  test("an agent starts its copy, asks it, reads what it printed, changes it, and proves what answers", async () => {
    const { call } = await connect(folder);
    expect((await call("list")).text).toContain("no instance of this directory runs");
    const up = await call("up", { instance: "mercury" });
    expect(up).toMatchObject({
      isError: false,
      text: expect.stringMatching(/^mercury of e2e-mcp .*: running\n {2}api: http/),
    });
    expect((await call("url", { label: "web" })).text).toMatch(/^http:\/\//);
    const asked = await call("request", {
      label: "api",
      path: "/a?b=1",
      method: "post",
      headers: { "X-Mine": "yes" },
      body: "hello",
    });
    expect(asked.text).toMatch(/^200 http\S+\/a\?b=1\n/);
    expect(asked.text).toMatch(/POST \/a\?b=1 \S+ yes hello$/);
    await until(5000, async () => (await call("logs", { label: "api" })).text.includes("asked /a?b=1"));
    expect((await call("logs", { label: "api" })).text).not.toContain("\u001b");
    expect((await call("logs", { contains: "no such words" })).text).toContain("(nothing)");
    expect((await call("env")).text).toMatch(/^CSPACE_SERVICE_API_URL=http/m);
    expect((await call("verify", { label: "api" })).text).toMatch(/^verified: /);
    const later = new Date(Date.now() + 1500);
    utimesSync(join(folder, "server.cjs"), later, later);
    expect((await call("verify", { label: "api" })).text).toBe(
      "not verified: started before server.cjs changed, and this server does not reload\nfix: cspace restart --instance mercury",
    );
    await new Promise((resolve) => setTimeout(resolve, 1600));
    expect((await call("restart", { targets: ["api"] })).text).toContain("running");
    expect((await call("verify", { label: "api" })).text).toMatch(/^verified: /);
    expect((await call("doctor", { label: "web" })).isError).toBe(false);
  });

  test("a request is bounded in size and in time, and follows nobody", async () => {
    const { call } = await connect(folder);
    const big = await call("request", { label: "api", path: "/big", maxBytes: 1000 });
    expect(big.text).toMatch(/x{1000}\n\(there is more\)$/);
    expect((await call("request", { label: "api", path: "/big" })).text.length).toBeLessThan(12_000);
    expect(await call("request", { label: "api", path: "/never", timeoutSeconds: 0.5 })).toMatchObject({
      isError: true,
      text: "no complete answer within 0.5 s",
    });
    expect((await call("request", { label: "api", path: "/binary" })).text).toContain("4 bytes");
    expect((await call("request", { label: "api", path: "/away" })).text).toMatch(
      /^302 [\s\S]*location: http:\/\/example\.com\//,
    );
  });

  test.each<[what: string, tool: string, input: Record<string, unknown>]>([
    ["another host's URL", "request", { label: "api", path: "http://example.com/" }],
    ["a second request in the path", "request", { label: "api", path: "/ HTTP/1.1\r\nHost: evil\r\n\r\n" }],
    ["a header of the connection", "request", { label: "api", headers: { Host: "evil" } }],
    ["a header with a line break", "request", { label: "api", headers: { "x-a": "1\r\nx-b: 2" } }],
    ["a method that is none", "request", { label: "api", method: "GET /x" }],
    ["a tunnel", "request", { label: "api", method: "CONNECT" }],
    ["a label that is a path", "logs", { label: "../../etc/passwd" }],
    ["a label that is a flag", "logs", { label: "--json; rm", tail: 1 }],
    ["a number that is none", "logs", { tail: "many" }],
    ["more than anybody reads", "logs", { tail: 1e9 }],
    ["a field that there is not", "up", { cwd: "/" }],
    ["another project", "down", { project: `${name}-2` }],
    ["another project's instance", "logs", { instance: "venus", project: `${name}-2` }],
    ["an instance that is nobody's", "down", { instance: "pluto" }],
    ["a label that is nobody's", "url", { label: "nope" }],
  ])("%s is refused with a reason, and the server goes on", async (_, tool, input) => {
    const { call } = await connect(folder);
    const said = await call(tool, input).catch((error: Error) => ({ text: error.message, isError: true }));
    expect(said).toMatchObject({ isError: true, text: expect.stringMatching(/.{10,}/) });
    expect((await call("url", { label: "api" })).isError).toBe(false);
  });

  test("a copy of another directory of the same project is not touched, unless all may be", async () => {
    const twin = join(sandbox.root, "twin");
    mkdirSync(twin);
    for (const file of ["compose.yaml", "server.cjs", ".cspace.json"])
      symlinkSync(join(folder, file), join(twin, file));
    const { call } = await connect(twin);
    for (const tool of ["down", "restart", "logs", "env", "verify"]) {
      const said = await call(tool, { instance: "mercury" });
      expect(said).toMatchObject({ isError: true, text: expect.stringContaining("CSPACE_NOT_YOURS") });
    }
    expect(docker("inspect", "-f", "{{.State.Status}}", `${name}--mercury-web-1`)).toBe("running");
    const every = await connect(twin, "--all");
    expect((await every.call("list")).text).toMatch(/mercury of e2e-mcp [\s\S]*venus of e2e-mcp-2/);
    expect((await every.call("url", { project: `${name}-2`, instance: "venus", label: "web" })).text).toMatch(/^http/);
    rmSync(twin, { recursive: true });
  });

  test("down keeps the data, and says so", async () => {
    const { call } = await connect(folder);
    expect((await call("down")).text).toBe(`mercury of ${name} is removed; its volumes stay`);
    expect((await call("up")).text).toContain("running");
  });

  describe("byte by byte", () => {
    function start(): ChildProcessWithoutNullStreams & { text: string } {
      const child = spawn(process.execPath, [bin, "mcp"], {
        cwd: folder,
        env: { ...process.env, CSPACE_HOME: sandbox.home },
      });
      onTestFinished(() => void child.kill("SIGKILL"));
      const held = Object.assign(child, { text: "" });
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        held.text += chunk;
      });
      return held;
    }
    const initialize = {
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "t", version: "1" } },
    };
    const line = (message: object): string => `${JSON.stringify(message)}\n`;

    test("a client of an older protocol is served; what is no message ends nothing; nothing else is printed", async () => {
      const child = start();
      child.stdin.write(line(initialize));
      await until(10_000, async () => child.text.includes('"id":1'));
      child.stdin.write("this is no JSON\n{}\n[]\n\u0000\n");
      child.stdin.write(line({ jsonrpc: "2.0", method: "notifications/initialized" }));
      child.stdin.write(line({ jsonrpc: "2.0", id: 2, method: "no/such" }));
      child.stdin.write(line({ jsonrpc: "2.0", id: 3, method: "tools/call", params: { name: "no such tool" } }));
      child.stdin.write(
        line({ jsonrpc: "2.0", id: 4, method: "tools/call", params: { name: "url", arguments: { label: "api" } } }),
      );
      await until(20_000, async () => child.text.includes('"id":4'));
      const messages = child.text
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text));
      expect(messages.find(({ id }) => id === 2)).toMatchObject({ error: { code: -32601 } });
      expect(messages.find(({ id }) => id === 4)).toMatchObject({ result: { content: [{ type: "text" }] } });
    });

    test("it ends when its client hangs up, also in the middle of something", async () => {
      const child = start();
      child.stdin.write(line(initialize));
      await until(10_000, async () => child.text.includes('"id":1'));
      child.stdin.write(
        line({
          jsonrpc: "2.0",
          id: 2,
          method: "tools/call",
          params: { name: "request", arguments: { label: "api", path: "/never", timeoutSeconds: 100 } },
        }),
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.stdin.end();
      expect(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000, "late"))])).toBe(0);
    });
  });

  test("agents are told in their own files, and untold to the byte", async () => {
    writeFileSync(join(folder, "AGENTS.md"), "# Ours");
    const plan = await sandbox.json<{ plan: { steps: object[] } }>(folder, "agents", "install", "--dry-run");
    expect(plan.plan.steps.length).toBeGreaterThan(6);
    const refused = await sandbox.cspace(folder, "agents", "install");
    expect([refused.code, refused.err]).toEqual([4, expect.stringContaining(".mcp.json")]);
    const installed = await sandbox.json<{ files: { path: string; state: string }[] }>(
      folder,
      "agents",
      "install",
      "--yes",
    );
    expect(new Set(installed.files.map(({ state }) => state))).toEqual(new Set(["installed"]));
    const status = await sandbox.cspace(folder, "agents", "status");
    expect(status.out).toContain("AGENTS.md");
    // The server that is written down is one that can be started.
    const { mcpServers } = JSON.parse(readFileSync(join(folder, ".mcp.json"), "utf8"));
    expect(mcpServers.cspace.args.at(-1)).toBe("mcp");
    await sandbox.json(folder, "agents", "uninstall", "--yes");
    expect(readFileSync(join(folder, "AGENTS.md"), "utf8")).toBe("# Ours");
    expect(readdirSync(folder).sort()).toEqual([".cspace.json", "AGENTS.md", "compose.yaml", "server.cjs"]);
  });
});
