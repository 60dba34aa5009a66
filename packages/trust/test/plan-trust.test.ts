import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type CommandResult, type RunCommand, renderCommands } from "@cspace/plan";
import {
  planDistrust,
  planTrust,
  type ReadTrustOptions,
  type RootCertificate,
  readTrust,
  trustCommands,
} from "@cspace/trust";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

let folder: string;
let root: RootCertificate;
let former: RootCertificate;

function makeRoot(name: string): RootCertificate {
  const path = join(folder, `${name}.pem`);
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", join(folder, "key.pem")];
  execFileSync("openssl", ["req", "-x509", ...curve, "-out", path, "-subj", `/CN=cspace local authority ${name}`], {
    stdio: "pipe",
  });
  const print = execFileSync("openssl", ["x509", "-in", path, "-noout", "-fingerprint", "-sha256"], {
    encoding: "utf8",
  });
  const fingerprint = print.replace(/^.*=/, "").trim().replaceAll(":", "").toLowerCase();
  return { path, certificate: readFileSync(path, "utf8"), name: `cspace local authority ${name}`, fingerprint };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cspace-trust-"));
  root = makeRoot("aaaaaaaa");
  former = makeRoot("bbbbbbbb");
});
afterAll(() => rmSync(folder, { recursive: true }));

let machine: string;
let home: string;
beforeEach(() => {
  machine = mkdtempSync(join(folder, "machine-"));
  home = join(machine, "home/ada");
  mkdirSync(home, { recursive: true });
});

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(machine, path)), { recursive: true });
  writeFileSync(join(machine, path), text);
};

/** A program that is not there, unless the test has an answer for it. */
const runs =
  (answers: Readonly<Record<string, (args: readonly string[]) => Partial<CommandResult>>> = {}): RunCommand =>
  async (file, args) => {
    const answer = answers[file];
    if (answer === undefined) throw Object.assign(new Error(`no ${file}`), { code: "ENOENT" });
    return { exitCode: 0, stdout: "", stderr: "", ...answer(args) };
  };

const read = (options: Partial<ReadTrustOptions> = {}): ReturnType<typeof readTrust> =>
  readTrust({ root, former: [former], platform: "linux", home, machine, run: runs(), ...options });

/** The commands of a plan, without what differs from run to run. */
function show(plan: ReturnType<typeof planTrust>): string[] {
  const all = plan.steps.map((step) => ({ ...step, needsRoot: true }));
  const commands = renderCommands({ version: 1, steps: all }, { elevate: [], commands: trustCommands([root, former]) });
  return commands.map((line) =>
    [
      [root.fingerprint.slice(0, 16), "ROOT"],
      [former.fingerprint.slice(0, 16), "FORMER"],
      [machine, ""],
      [folder, "/certs"],
    ]
      .reduce((text, [from, to]) => text.replaceAll(from as string, to as string), line)
      .replace(/'-----BEGIN[^']*'/, "PEM")
      .replace(/FromBase64String\('[^']*'/, "FromBase64String('BODY'")
      .replace(/\b[0-9A-F]{40}\b/, "SHA1"),
  );
}

describe("the system's store of each kind of Linux, by its own documentation", () => {
  test.each([
    [
      "debian",
      "usr/local/share/ca-certificates",
      "cspace-ROOT.crt",
      "update-ca-certificates",
      "etc/ssl/certs/ca-certificates.crt",
    ],
    [
      "fedora",
      "etc/pki/ca-trust/source/anchors",
      "cspace-ROOT.pem",
      "update-ca-trust extract",
      "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    ],
    [
      "opensuse",
      "etc/pki/trust/anchors",
      "cspace-ROOT.pem",
      "update-ca-certificates",
      "var/lib/ca-certificates/ca-bundle.pem",
    ],
    [
      "arch",
      "etc/ca-certificates/trust-source/anchors",
      "cspace-ROOT.crt",
      "trust extract-compat",
      "etc/ca-certificates/extracted/tls-ca-bundle.pem",
    ],
  ])("%s", async (kind, path, file, update, bundle) => {
    write(`${path}/README`, "");
    const [store] = await read();
    expect(store).toMatchObject({ kind, path: `/${path}`, state: "not-trusted", needsRoot: true, own: [] });
    const plan = planTrust(await read(), root);
    expect(plan.steps.every(({ needsRoot }) => needsRoot)).toBe(true);
    expect(show(plan)).toEqual([
      `printf '%b' PEM | tee /${path}/.${file}.cspace-new >/dev/null`,
      `chmod 0644 /${path}/.${file}.cspace-new`,
      `mv -f /${path}/.${file}.cspace-new /${path}/${file}`,
      update,
    ]);
    write(`${path}/${file.replace("ROOT", root.fingerprint.slice(0, 16))}`, root.certificate);
    // What was put there and is not in the bundle yet, needs the program alone.
    expect(show(planTrust(await read(), root))).toEqual([update]);
    write(bundle, `# others\n${former.certificate}${root.certificate.replaceAll("\n", "\r\n")}`);
    expect((await read())[0]?.state).toBe("trusted");
    expect(planTrust(await read(), root).steps).toEqual([]);
    const [remove, ...rest] = show(planDistrust(await read()));
    expect(remove).toBe(`rm -f /${path}/${file}`);
    expect(rest).toEqual(
      kind === "debian" ? ["rm -f /etc/ssl/certs/cspace-ROOT.pem", update, "openssl rehash /etc/ssl/certs"] : [update],
    );
  });

  test("a root that another one took the place of goes, and files of others stay", async () => {
    const path = "usr/local/share/ca-certificates";
    write(`${path}/cspace-${former.fingerprint.slice(0, 16)}.crt`, former.certificate);
    write(`${path}/company.crt`, "theirs");
    expect(show(planTrust(await read(), root))).toEqual([
      `rm -f /${path}/cspace-FORMER.crt`,
      expect.stringContaining(`tee /${path}/.cspace-ROOT.crt.cspace-new`),
      expect.stringContaining("chmod"),
      expect.stringContaining("mv"),
      "rm -f /etc/ssl/certs/cspace-FORMER.pem",
      "update-ca-certificates",
      "openssl rehash /etc/ssl/certs",
      "update-ca-certificates",
    ]);
    expect(show(planDistrust(await read()))[0]).toBe(`rm -f /${path}/cspace-FORMER.crt`);
  });

  test("a machine without one has the user's alone", async () => {
    expect((await read()).map(({ kind }) => kind)).toEqual(["nss"]);
  });
});

describe("NSS: Chromium and each profile of Firefox", () => {
  test("without certutil nothing is told, nothing is planned, and the package is named", async () => {
    const [store] = await read();
    expect(store).toMatchObject({ kind: "nss", state: "unknown", reason: expect.stringContaining("libnss3-tools") });
    expect(planTrust(await read(), root).steps).toEqual([]);
  });

  test("a database that is not there is made, one that is there goes on", async () => {
    for (const profile of ["abc.default", "def.dev"]) write(`home/ada/.mozilla/firefox/${profile}/cert9.db`, "x");
    write("home/ada/.mozilla/firefox/profiles.ini", "");
    write("home/ada/snap/firefox/common/.mozilla/firefox/ghi.default/cert9.db", "x");
    const stores = await read({ run: runs({ certutil: () => ({ exitCode: 255 }) }) });
    expect(stores.map(({ readers }) => readers)).toEqual([
      "Chrome, Chromium, Edge and Brave",
      "Firefox, the profile abc.default",
      "Firefox, the profile def.dev",
      "Firefox, the profile ghi.default",
    ]);
    const name = "'cspace local authority aaaaaaaa'";
    const add = (database: string): string =>
      `printf '%b' PEM | certutil -A -d sql:/home/ada/${database} -t C,, -n ${name} -a >/dev/null`;
    expect(show(planTrust(stores, root))).toEqual([
      "mkdir -p -m 0700 /home/ada/.pki/nssdb",
      "certutil -N -d sql:/home/ada/.pki/nssdb --empty-password",
      add(".pki/nssdb"),
      add(".mozilla/firefox/abc.default"),
      add(".mozilla/firefox/def.dev"),
      add("snap/firefox/common/.mozilla/firefox/ghi.default"),
    ]);
  });

  test.each([
    ["C,,", "trusted"],
    ["CT,C,C", "trusted"],
    [",,", "not-trusted"],
    ["p,p,p", "not-trusted"],
  ])("listed with %s it is %s", async (flags, state) => {
    write("home/ada/.pki/nssdb/cert9.db", "x");
    const certutil = (args: readonly string[]): Partial<CommandResult> => {
      if (!args.includes("-n")) return { stdout: `Nickname\n\n${root.name}                 ${flags}  \n` };
      return args.includes(root.name) ? { stdout: root.certificate } : { exitCode: 255 };
    };
    const [store] = await read({ run: runs({ certutil }) });
    expect(store?.state).toBe(state);
    expect(show(planDistrust([store as NonNullable<typeof store>]))).toEqual([
      "certutil -D -d sql:/home/ada/.pki/nssdb -n 'cspace local authority aaaaaaaa'",
    ]);
  });
});

describe("Java of Debian", () => {
  test("what its hook has put there is taken out by itself", async () => {
    write("etc/ssl/certs/java/cacerts", "x");
    const keytool = (args: readonly string[]): Partial<CommandResult> =>
      args.at(-1) === `debian:cspace-${root.fingerprint.slice(0, 16)}.pem`
        ? { stdout: `Alias name\n${root.certificate}` }
        : { exitCode: 1 };
    const [store] = await read({ run: runs({ keytool }) });
    expect(store).toMatchObject({ kind: "java", state: "trusted", needsRoot: true });
    expect(show(planDistrust([store as NonNullable<typeof store>]))).toEqual([
      "keytool -keystore /etc/ssl/certs/java/cacerts -storepass changeit -delete -alias debian:cspace-ROOT.pem",
    ]);
  });

  test("a root that is missing is added", async () => {
    write("etc/ssl/certs/java/cacerts", "x");
    const stores = await read({ run: runs({ keytool: () => ({ exitCode: 1 }) }) });
    expect(show(planTrust(stores, root))).toEqual([
      "printf '%b' PEM | keytool -keystore /etc/ssl/certs/java/cacerts -storepass changeit -importcert -noprompt -alias debian:cspace-ROOT.pem >/dev/null",
    ]);
  });
});

// https://ss64.com/mac/security-cert.html
describe("macOS, by the manual of security(1)", () => {
  const keychain = "/home/ada/Library/Keychains/login.keychain-db";

  const all = "/Library/Keychains/System.keychain";
  /** Whose keychains hold which certificates, and whether the system's verdict is that it is trusted. */
  const macOf = (held: Readonly<Record<string, string>>, isTrusted: boolean): ReturnType<typeof runs> =>
    runs({
      security: (args) =>
        args[0] === "verify-cert" ? { exitCode: isTrusted ? 0 : 1 } : { stdout: held[args.at(-1) ?? ""] ?? "" },
    });
  const login = (): string => join(home, "Library/Keychains/login.keychain-db");

  test("the login keychain is asked, and no rights are needed", async () => {
    const stores = await read({ platform: "darwin", run: macOf({ [login()]: former.certificate }, false) });
    expect(stores).toMatchObject([{ kind: "keychain", state: "not-trusted", needsRoot: false }]);
    expect(show(planTrust(stores, root))).toEqual([
      "security remove-trusted-cert /certs/bbbbbbbb.pem",
      `security delete-certificate -Z SHA1 ${keychain}`,
      `security add-trusted-cert -r trustRoot -p ssl -k ${keychain} /certs/aaaaaaaa.pem`,
    ]);
  });

  test("what verifies and lies in it is trusted, and goes", async () => {
    const stores = await read({ platform: "darwin", run: macOf({ [login()]: root.certificate }, true) });
    expect(stores[0]?.state).toBe("trusted");
    expect(show(planDistrust(stores))).toEqual([
      "security remove-trusted-cert /certs/aaaaaaaa.pem",
      `security delete-certificate -Z SHA1 ${keychain}`,
    ]);
  });

  test("for all users it is the system's keychain, with the rights of root, and the user's own is not needed", async () => {
    const stores = await read({ platform: "darwin", system: true, run: macOf({ [login()]: root.certificate }, false) });
    expect(stores).toMatchObject([{ path: all, state: "not-trusted", needsRoot: true }, { path: login() }]);
    expect(show(planTrust(stores, root))).toEqual([
      `security add-trusted-cert -d -r trustRoot -p ssl -k ${all} /certs/aaaaaaaa.pem`,
      "security remove-trusted-cert /certs/aaaaaaaa.pem",
      `security delete-certificate -Z SHA1 ${keychain}`,
    ]);
  });

  test("where all users trust it, nothing is done for one, and it goes for all", async () => {
    const stores = await read({ platform: "darwin", run: macOf({ [all]: root.certificate }, true) });
    expect(stores).toMatchObject([{ path: all, state: "trusted" }]);
    expect(planTrust(stores, root).steps).toEqual([]);
    expect(show(planDistrust(stores))).toEqual([
      "security remove-trusted-cert -d /certs/aaaaaaaa.pem",
      `security delete-certificate -Z SHA1 ${all}`,
    ]);
  });
});

// https://learn.microsoft.com/windows/wsl/interop
describe("WSL2, both sides", () => {
  const listed = (text: string): ReturnType<typeof runs> => runs({ "powershell.exe": () => ({ stdout: text }) });
  beforeEach(() => write("proc/sys/kernel/osrelease", "6.6.87.2-microsoft-standard-WSL2\n"));

  test("Windows' store is asked beside those of Linux, and is given the certificate itself: it finds no file of WSL's", async () => {
    write("usr/local/share/ca-certificates/.keep", "");
    const stores = await read({ run: listed("AB\r\n") });
    expect(stores.map(({ kind, state }) => [kind, state])).toEqual([
      ["debian", "not-trusted"],
      ["nss", "unknown"],
      ["windows", "not-trusted"],
    ]);
    const plan = planTrust(stores, root);
    expect(plan.steps.find(({ kind }) => kind === "windows")).toMatchObject({ needsRoot: false });
    expect(show(plan)).toEqual([
      expect.stringContaining("/usr/local/share/ca-certificates/"),
      expect.stringContaining("chmod"),
      expect.stringContaining("mv"),
      "update-ca-certificates",
      expect.stringContaining("# in PowerShell"),
      expect.stringContaining("X509Store"),
    ]);
    expect(JSON.stringify(plan)).not.toContain("powershell");
  });

  test("where Windows cannot be asked, its readers are said not to be known", async () => {
    const stores = await read();
    expect(stores.at(-1)).toMatchObject({ kind: "windows", state: "unknown" });
    expect(planTrust(stores, root).steps.filter(({ kind }) => kind === "windows")).toEqual([]);
  });

  test("no other Linux has it", async () => {
    write("proc/sys/kernel/osrelease", "6.1.0-32-amd64\n");
    expect((await read({ run: listed("AB\r\n") })).map(({ kind }) => kind)).not.toContain("windows");
  });
});

// https://learn.microsoft.com/dotnet/api/system.security.cryptography.x509certificates.x509store
describe("Windows, by the reference of PowerShell", () => {
  test("the user's own store is asked, and no administrator is needed", async () => {
    const stores = await read({
      platform: "win32",
      run: runs({ "powershell.exe": () => ({ stdout: "AB\r\nCD\r\n" }) }),
    });
    expect(stores).toMatchObject([{ kind: "windows", state: "not-trusted", needsRoot: false }]);
    expect(show(planTrust(stores, root)).at(-1)).toBe(
      "$c = [Security.Cryptography.X509Certificates.X509Certificate2]::new([Convert]::FromBase64String('BODY')); $s = [Security.Cryptography.X509Certificates.X509Store]::new('Root', 'CurrentUser'); $s.Open('ReadWrite'); $s.Add($c); $s.Close()",
    );
  });

  test("what lies in it is trusted, and goes", async () => {
    const print = execFileSync("openssl", ["x509", "-in", root.path, "-noout", "-fingerprint", "-sha1"], {
      encoding: "utf8",
    });
    const thumbprint = print.replace(/^.*=/, "").trim().replaceAll(":", "");
    const stores = await read({
      platform: "win32",
      run: runs({ "powershell.exe": () => ({ stdout: `${thumbprint}\r\n` }) }),
    });
    expect(stores[0]?.state).toBe("trusted");
    expect(show(planDistrust(stores)).at(-1)).toBe("Remove-Item 'Cert:\\CurrentUser\\Root\\SHA1'");
  });
});
