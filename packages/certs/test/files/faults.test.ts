import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CertificateFolder, certificateFolder, ensureInstanceCertificates, readRetiredRoots } from "@cspace/certs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verifyWithOpenssl } from "../verify.ts";

const built = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
const instances = [{ project: "shop", instance: "mercury" }];
const hostname = "dev.mercury.shop.cspace.test";

let folder: CertificateFolder;
beforeEach(() => {
  folder = certificateFolder(join(mkdtempSync(join(tmpdir(), "cspace-certs-")), "certs"));
});
afterEach(() => rmSync(join(folder.path, ".."), { recursive: true }));

/** A program that issues certificates; at a call to the file system, counted from 1, it is killed before the call. */
const program = (path: string, domains: readonly string[], at: number): string => `
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
let count = 0;
for (const name of ["mkdir", "open", "rename", "chmod", "rm"]) {
  const real = fs[name];
  fs[name] = async (...args) => {
    count += 1;
    if (count === ${at}) process.kill(process.pid, "SIGKILL");
    return await real(...args);
  };
}
syncBuiltinESMExports();
const { certificateFolder, ensureInstanceCertificates } = await import(${JSON.stringify(built)});
await ensureInstanceCertificates(certificateFolder(${JSON.stringify(path)}), ${JSON.stringify({ instances, domains })});
`;

function run(domains: readonly string[], at: number): NodeJS.Signals | null {
  const args = ["--input-type=module", "-e", program(folder.path, domains, at)];
  const { signal, status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (signal === null && status !== 0) throw new Error(stderr);
  return signal;
}

async function requireWhole(domains: readonly string[]): Promise<void> {
  const lock = `${folder.path}.lock`;
  // Who died is forgotten after a while, which is not waited for here.
  if (existsSync(lock)) utimesSync(lock, 0, 0);
  const { own } = await ensureInstanceCertificates(folder, { instances, domains });
  const root = readFileSync(folder.root, "utf8");
  expect(readFileSync(folder.authority, "utf8")).toContain(root.trim());
  expect(verifyWithOpenssl(root, readFileSync(own[0]?.path ?? "", "utf8"), { hostname })).toBe("OK");
  const files = readdirSync(folder.path, { recursive: true, encoding: "utf8" }).sort();
  const retired = files.filter((name) => name.startsWith("retired"));
  expect(files.filter((name) => !retired.includes(name))).toEqual([
    "authority.pem",
    "root.pem",
    "served",
    "served/none.pem",
    "served/shop--mercury.pem",
  ]);
}

describe("killed before any of its calls to the file system, the next one finishes it", () => {
  test("the first certificate of a machine", async () => {
    let at = 1;
    for (; run(["cspace.test"], at) === "SIGKILL"; at += 1) {
      await requireWhole(["cspace.test"]);
      rmSync(folder.path, { recursive: true });
    }
    expect(at).toBeGreaterThan(6);
  }, 120_000);

  test("the change to an authority for other domains, and the former root is known", async () => {
    let at = 1;
    for (let signal: NodeJS.Signals | null = "SIGKILL"; signal !== null; at += 1) {
      await ensureInstanceCertificates(folder, { instances, domains: ["cspace.test"] });
      const former = readFileSync(folder.root, "utf8");
      const domains = ["cspace.test", "dev.test"];
      signal = run(domains, at);
      await requireWhole(domains);
      expect((await readRetiredRoots(folder)).map(({ certificate }) => certificate)).toContain(former);
      rmSync(folder.path, { recursive: true });
    }
    expect(at).toBeGreaterThan(6);
  }, 120_000);
});

/** Whether a file system of a few pages can be mounted, which nobody else sees. */
const canMount =
  process.platform === "linux" && spawnSync("unshare", ["-m", "mount", "--make-rprivate", "/"]).status === 0;

test.skipIf(!canMount)(
  "on a full disk it says so, leaves nothing half, and goes on once there is room (needs root)",
  () => {
    const path = join(folder.path, "certs");
    const issue = `
    const { certificateFolder, ensureInstanceCertificates } = await import(${JSON.stringify(built)});
    const options = ${JSON.stringify({ instances, domains: ["cspace.test"] })};
    try {
      await ensureInstanceCertificates(certificateFolder(${JSON.stringify(path)}), options);
      console.log("issued");
    } catch (error) {
      console.log(error.code, error.message, "/", error.hint);
    }`;
    const script = `
    mount --make-rprivate / && mkdir -p ${folder.path} && mount -t tmpfs -o size=16k none ${folder.path} || exit 9
    for pages in 3 2 1; do
      head -c $((pages * 4096)) /dev/zero >${folder.path}/filler
      node --input-type=module -e "$ISSUE"
      find ${path} -type f -name '*.pem' | while read file; do grep -c 'END' "$file" >/dev/null || echo "half: $file"; done
      find ${path} -name '*.tmp'
      rm -rf ${folder.path}/*
    done
    mount -o remount,size=1m ${folder.path}
    node --input-type=module -e "$ISSUE"
    grep -l 'END PRIVATE KEY' ${path}/authority.pem ${path}/served/*.pem | wc -l`;
    const out = execFileSync("unshare", ["-m", "sh", "-c", script], {
      encoding: "utf8",
      env: { ...process.env, ISSUE: issue },
    });
    const lines = out.trim().split("\n");
    expect(lines.slice(0, -2)).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(/^CSPACE_(WRITE_FAILED|CERTS_UNREADABLE) .*no space/i)),
    );
    expect(lines.slice(-2)).toEqual(["issued", "3"]);
  },
);
