import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { installFaults, type Machine, machinesRun, startMachine, sudoers } from "./machine.ts";

interface TrustDocument {
  readonly root: { readonly name: string; readonly path: string; readonly fingerprint: string } | null;
  readonly stores: readonly { readonly kind: string; readonly path: string; readonly state: string }[];
}

describe.skipIf(!machinesRun)("trust on a real Debian (needs root, Debian, and a Docker engine)", () => {
  let machine: Machine;
  let before: string;

  const json = async (command: string): Promise<TrustDocument> =>
    JSON.parse(await machine.must(`cspace ${command} --json`, "dev"));
  const states = async (): Promise<Record<string, string>> =>
    Object.fromEntries((await json("trust status")).stores.map(({ kind, state }) => [kind, state]));
  /** Everything that the stores are made of: but for the certificates' folder of Debian's, all is below /etc. */
  const files = async (): Promise<string> =>
    `${(await machine.etc()).replace(/^.*java\/cacerts$/m, "")}${await machine.must(
      // Of Java's, which its own program writes anew, every entry.
      `[ ! -x /usr/bin/keytool ] || keytool -list -keystore /etc/ssl/certs/java/cacerts -storepass changeit 2>/dev/null | sed 1,5d | sort`,
    )}${await machine.must(
      "cd /usr/local/share/ca-certificates; find . -printf '%p %y %m %u:%g\\n' | sort; find . -type f | sort | xargs -r sha256sum",
    )}`;
  const url = "https://dev.mercury.shop.cspace.localhost:8443/";
  /** How each program is asked for a URL with what it trusts by itself. */
  const programs = {
    curl: (url: string) => `curl -sS ${url}`,
    wget: (url: string) => `wget -nv -O- ${url}`,
    OpenSSL: (url: string) =>
      `openssl s_client -verify_return_error -connect ${new URL(url).host} -servername ${new URL(url).hostname} </dev/null`,
    "Python, where it is there": (url: string) =>
      `[ ! -x /usr/bin/python3 ] || /usr/bin/python3 -c 'import urllib.request as r; print(r.urlopen("${url}").read())'`,
    "Java, where it is there": (url: string) =>
      `[ ! -x /usr/bin/java ] || { cd $(mktemp -d) && echo 'public class Get { public static void main(String[] a) throws Exception {
        new java.net.URL(a[0]).openStream().readAllBytes(); } }' >Get.java && java Get.java ${url}; }`,
    "Node, told to ask the system's": (url: string) =>
      `NODE_OPTIONS=--use-openssl-ca SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt node -e 'fetch("${url}").then((r) => r.text()).then(console.log)'`,
    "Node, given the root": (url: string) =>
      `NODE_EXTRA_CA_CERTS=$HOME/.cspace/certs/root.pem node -e 'fetch("${url}").then((r) => r.text()).then(console.log)'`,
  };

  beforeAll(async () => {
    machine = await startMachine("hosts");
    await machine.must(`${sudoers("free")}; ${installFaults}; update-ca-certificates 2>/dev/null`);
    before = await files();
    await machine.must("echo '127.0.0.1 dev.mercury.shop.cspace.localhost' >>/etc/hosts");
    await machine.must(
      `mkdir ~/shop && cd ~/shop && echo '{ "scripts": { "dev": "node server.mjs" } }' >package.json && cat >server.mjs <<'JS'
import { createServer } from "node:http";
createServer((_, response) => response.end("hello")).listen(Number(process.env.PORT), process.env.HOST);
JS
DOCKER_HOST=unix:///nowhere.sock cspace up mercury`,
      "dev",
    );
    await machine.must("sed -i '$d' /etc/hosts && echo '127.0.0.1 dev.mercury.shop.cspace.localhost' >>/etc/hosts");
    before = await files();
  });
  afterAll(() => machine?.stop());

  test("--dry-run makes nothing, not even an authority", async () => {
    const run = await machine.must(
      "export CSPACE_HOME=$(mktemp -d); cspace trust install --dry-run 2>&1; ls -A $CSPACE_HOME",
      "dev",
    );
    expect(run).toContain("a certificate authority is made first");
    expect(run).not.toContain("certs");
    expect(await machine.must("cspace trust install --dry-run", "dev")).toContain("update-ca-certificates");
    expect(await files()).toBe(before);
  });

  test("nothing trusts it before, and status says so", async () => {
    expect(await states()).toMatchObject({ debian: "not-trusted", nss: "not-trusted" });
    expect((await machine.sh(programs.curl(url), "dev")).code).toBe(60);
    expect(await machine.must("cspace trust uninstall --yes", "dev")).toMatch(/^there is nothing to take back/);
  });

  test("every store trusts it after one command, programs take it, and once more changes nothing", async () => {
    const { root } = await json("trust install --yes");
    expect(Object.values(await states()).every((state) => state === "trusted")).toBe(true);
    for (const [name, ask] of Object.entries(programs)) {
      expect([name, (await machine.sh(ask(url), "dev")).code]).toEqual([name, 0]);
    }
    const [route] = JSON.parse(await machine.must("cd ~/shop && cspace list --json", "dev")).instances[0].routes;
    expect(route).toMatchObject({ url: url.slice(0, -1), browserUrl: url.slice(0, -1), health: "up" });
    expect(await machine.must("cd ~/shop && cspace env", "dev")).toContain(
      "REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt\n",
    );
    const installed = await files();
    expect(await machine.must("cspace trust install --yes", "dev")).toMatch(/^nothing to change/);
    expect(await files()).toBe(installed);
    expect(await machine.must("certutil -L -d sql:$HOME/.pki/nssdb", "dev")).toContain(`${root?.name}`);
  });

  test("what the same key signs for another domain, no program takes", async () => {
    await json("trust install --yes");
    await machine.must(
      `cd $(mktemp -d) && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out forged.pem \
        -CA $HOME/.cspace/certs/authority.pem -CAkey $HOME/.cspace/certs/authority.pem -subj /CN=example.com \
        -addext subjectAltName=DNS:example.com -addext basicConstraints=critical,CA:FALSE 2>/dev/null
      awk '/BEGIN CERT/ { n += 1 } n == 2' $HOME/.cspace/certs/authority.pem >bridge.pem
      cp forged.pem bridge.pem /tmp
      (openssl s_server -accept 9443 -www -cert forged.pem -key key.pem -cert_chain bridge.pem >/dev/null 2>&1 </dev/null & echo $! >/tmp/server)
      sleep 0.5`,
      "dev",
    );
    const forged = "https://example.com:9443/";
    await machine.must("echo '127.0.0.1 example.com' >>/etc/hosts");
    try {
      for (const [name, ask] of Object.entries(programs)) {
        const { code, out, err } = await machine.sh(ask(forged), "dev");
        if (name.endsWith("where it is there") && code === 0 && `${out}${err}` === "") continue;
        expect([name, code]).not.toEqual([name, 0]);
        expect(`${out}${err}`).toMatch(/permitted subtree|certificate|verif/i);
      }
      const verified = await machine.sh(
        "openssl verify -CApath /etc/ssl/certs -untrusted /tmp/bridge.pem /tmp/forged.pem",
        "dev",
      );
      expect(`${verified.out}${verified.err}`).toContain("permitted subtree violation");
    } finally {
      await machine.sh("kill $(cat /tmp/server); sed -i '$d' /etc/hosts");
    }
  });

  test("a root that another one took the place of goes out of every store", async () => {
    const { root: old } = await json("trust install --yes");
    await machine.must("rm ~/.cspace/certs/authority.pem", "dev");
    const { root } = await json("trust install --yes");
    expect(root?.fingerprint).not.toBe(old?.fingerprint);
    expect(await machine.must("ls /usr/local/share/ca-certificates | grep cspace")).toBe(
      `cspace-${root?.fingerprint.slice(0, 16)}.crt\n`,
    );
    expect(await machine.must("certutil -L -d sql:$HOME/.pki/nssdb", "dev")).not.toContain(`${old?.name}`);
    // What runs is shown with it at once.
    expect((await machine.sh(programs.curl(url), "dev")).code).toBe(0);
    expect(Object.values(await states()).every((state) => state === "trusted")).toBe(true);
  });

  test("uninstall leaves every store as it was", async () => {
    await json("trust install --yes");
    expect(await files()).not.toBe(before);
    await machine.must("cspace trust uninstall --yes", "dev");
    expect(await files()).toBe(before);
    expect(Object.values(await states()).some((state) => state === "trusted")).toBe(false);
    expect((await machine.sh(programs.curl(url), "dev")).code).toBe(60);
    const [route] = JSON.parse(await machine.must("cd ~/shop && cspace list --json", "dev")).instances[0].routes;
    expect(route.browserUrl).toMatch(/^http:/);
  });

  test("without rights nothing is changed, and what to type is said", async () => {
    await machine.must(sudoers("none"));
    const now = await files();
    const run = await machine.sh("cspace trust install --yes", "dev");
    expect(run.code).toBe(4);
    expect(run.err).toContain("sudo update-ca-certificates");
    expect(await files()).toBe(now);
    await machine.must(sudoers("free"));
  });

  test("install, killed at each of its privileged commands in turn, is finished by the next", async () => {
    for (let at = 1; ; at += 1) {
      const { code, out } = await machine.sh(
        `export FAULT=kill FAULT_AT=${at} PATH=/opt/fault:$PATH FAULT_COUNT=$(mktemp)
        cspace trust install --yes; code=$?; echo "calls $(cat $FAULT_COUNT)"; exit $code`,
        "dev",
      );
      if (Number(/^calls (\d*)$/m.exec(out)?.[1]) < at) {
        expect(code).toBe(0);
        expect(at).toBeGreaterThan(2);
        break;
      }
      expect(code).toBe(137);
      await machine.must("rm -rf ~/.cspace/run/trust.lock; cspace trust install --yes", "dev");
      expect(Object.values(await states()).every((state) => state === "trusted")).toBe(true);
      await machine.must("cspace trust uninstall --yes", "dev");
      expect(await files()).toBe(before);
    }
    await machine.must("cspace trust uninstall --yes", "dev");
  });

  describe("as a step of init", () => {
    const init = "cd ~/shop && DOCKER_HOST=unix:///nowhere.sock cspace init";
    const fresh = "export CSPACE_HOME=$(mktemp -d)";
    interface Init {
      readonly trust: TrustDocument | null;
      readonly steps: readonly { readonly name: string; readonly status: string }[];
    }
    /** Answers its questions on a terminal, one key each. */
    const answer = (keys: string): string =>
      `${fresh}; cd ~/shop; (for key in ${keys}; do sleep 2; printf $key; done; sleep 5) |
        DOCKER_HOST=unix:///nowhere.sock script -qec 'stty cols 200; cspace init' /dev/null; ls $CSPACE_HOME`;
    const stores = "cspace trust status --json";

    beforeAll(async () => {
      await machine.must("cspace trust uninstall --yes; cp /etc/hosts /tmp/hosts", "dev");
    });
    afterEach(async () => {
      await machine.must("cspace trust uninstall --yes", "dev");
      await machine.must("cat /tmp/hosts >/etc/hosts; rm -f ~dev/shop/.cspace.json");
    });

    test("it is left out where that is wanted", async () => {
      const { trust, steps } = JSON.parse(await machine.must(`${init} --yes --no-trust --json`, "dev")) as Init;
      expect(trust).toBeNull();
      expect(steps.map(({ name }) => name)).not.toContain("trust");
      expect(Object.values(await states())).not.toContain("trusted");
    });

    test("it is made with the others, and once more there is nothing to ask", async () => {
      const { trust, steps } = JSON.parse(await machine.must(`${init} --yes --json`, "dev")) as Init;
      expect(trust?.stores.every(({ state }) => state === "trusted")).toBe(true);
      expect(steps.find(({ name }) => name === "trust")).toMatchObject({ status: "done" });
      expect((await machine.sh(programs.curl(url), "dev")).code).toBe(0);
      const again = await machine.sh(init, "dev");
      expect(again).toMatchObject({ code: 0 });
      expect(again.out).toContain("HTTPS is trusted by curl, wget, git");
    });

    test("without a terminal and a yes it is in the plan and the commands, and nothing is made", async () => {
      const run = await machine.sh(`${fresh}; ${init} --json; ls -A $CSPACE_HOME >&2`, "dev");
      expect(run).toMatchObject({ code: 0, err: "" });
      const refused = JSON.parse(run.out) as {
        readonly commands: readonly string[];
        readonly plan: { steps: { path: string }[] };
      };
      const paths = refused.plan.steps.map(({ path }) => path);
      expect(paths).toContainEqual(expect.stringMatching(/^nss(-new)?:/));
      // What is typed by hand now would be for an authority that is gone with the command.
      expect(refused.commands.join()).not.toContain("ca-certificates");
      const { commands } = JSON.parse((await machine.sh(`${init} --json`, "dev")).out) as typeof refused;
      expect(commands).toContain("sudo update-ca-certificates");
      const dry = await machine.must(`${fresh}; ${init} --dry-run 2>&1; ls -A $CSPACE_HOME`, "dev");
      expect(dry).toContain("a certificate authority is made first");
      expect(Object.values(await states())).not.toContain("trusted");
    });

    test("a no to it leaves the stores alone, and there is no authority that nobody wanted", async () => {
      const before = await files();
      const run = await machine.must(answer("y n"), "dev");
      expect(run).toContain("who trusts certificates for what this machine serves, and for nothing else");
      expect(run).toContain("HTTPS is trusted by nobody yet: cspace trust install");
      expect(run).not.toMatch(/^certs$/m);
      expect((await files()).replace(/hosts.*/g, "")).toBe(before.replace(/hosts.*/g, ""));
    });

    test("with another domain, the authority that is trusted is one for it", async () => {
      await machine.must(`${init} --domain dev.test --yes`, "dev");
      const { root } = await json("trust status");
      expect(await machine.must(`openssl x509 -in ${root?.path} -noout -ext nameConstraints`)).toContain(
        "DNS:dev.test",
      );
      expect(Object.values(await states()).every((state) => state === "trusted")).toBe(true);
      await machine.must(`${init} --domain cspace.local --yes`, "dev");
      expect(JSON.parse(await machine.must(stores, "dev")).root.fingerprint).not.toBe(root?.fingerprint);
    });
  });
});
