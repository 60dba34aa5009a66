import { type Check, firstFinding } from "@cspace/doctor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createScore } from "./doctor-score.ts";
import { httpService } from "./harness.ts";
import { type Machine, type MachineKind, machinesRun, startMachine, sudoers, type User } from "./machine.ts";

/** Something that goes wrong on a machine, as shell scripts of root's. */
interface Fault {
  readonly inject: string;
  readonly mend: string;
  /** How doctor is called, as a shell runs it. @default "cspace doctor" */
  readonly doctor?: string;
}

const profile = "/home/dev/.config/chromium/Default";
const firefox = "/home/dev/.mozilla/firefox/abc.default";
/** SHA-256 of `cspace.local` as DNS writes it, which Chromium keeps. */
const hashOfDomain = `$(printf '\\006cspace\\005local\\000' | openssl dgst -sha256 -binary | base64)`;
const later = Math.round(Date.now() / 1000) + 86_400;
const dropIn = "/etc/systemd/resolved.conf.d/50-hard.conf";
const restartResolved = "systemctl reset-failed; systemctl restart systemd-resolved.service";
const inHome = (file: string, text: string): string =>
  `mkdir -p "$(dirname ${file})" && cat >${file} <<TEXT\n${text}\nTEXT\nchown -R dev: /home/dev/.config /home/dev/.mozilla 2>/dev/null; true`;
const noBrowsers = "rm -rf /home/dev/.config/chromium /home/dev/.mozilla /etc/chromium";

/** With a small disk of its own at a folder, nearly full; nobody but this command sees it. */
const onSmallDisk = (folder: string): string =>
  `sudo unshare -m sh -c 'mount --make-rprivate / && mount -t tmpfs -o size=1m tmpfs ${folder} && exec setpriv --reuid=dev --regid=dev --init-groups env HOME=/home/dev cspace doctor'`;

/** On every machine that has a rule. */
const everywhere: readonly (readonly [string, string, Fault])[] = [
  [
    "names are shadowed in /etc/hosts",
    "hosts.cspace.local",
    { inject: "echo '192.0.2.9 web.mercury.shop.cspace.local' >>/etc/hosts", mend: "sed -i '$d' /etc/hosts" },
  ],
  [
    "a firewall swallows HTTP",
    "port",
    {
      inject: "iptables -I INPUT -i lo -p tcp --dport 80 -j DROP",
      mend: "iptables -D INPUT -i lo -p tcp --dport 80 -j DROP",
    },
  ],
  [
    "nsswitch.conf asks no DNS",
    "names.cspace.local",
    {
      inject: "cp -a /etc/nsswitch.conf /run/kept && sed -i 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf",
      mend: "cp -a /run/kept /etc/nsswitch.conf",
    },
  ],
];

const onResolved: readonly (readonly [string, string, Fault])[] = [
  ...everywhere,
  [
    "a firewall swallows DNS",
    "dns",
    {
      inject: "iptables -I INPUT -i lo -d 127.0.0.1 -p udp --dport 53 -j DROP",
      mend: "iptables -D INPUT -i lo -d 127.0.0.1 -p udp --dport 53 -j DROP",
    },
  ],
  [
    "the rule is gone",
    "names.cspace.local",
    { inject: "cspace dns uninstall --yes", mend: "cspace dns install --yes" },
  ],
  [
    "a VPN's client replaced /etc/resolv.conf, and the order of lookups",
    "names.cspace.local",
    {
      inject:
        "cp -a /etc/nsswitch.conf /run/kept; sed -i 's/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf; cp -a /etc/resolv.conf /run/resolv; rm /etc/resolv.conf; echo 'nameserver 10.53.0.53' >/etc/resolv.conf",
      mend: "rm /etc/resolv.conf; cp -a /run/resolv /etc/resolv.conf; cp -a /run/kept /etc/nsswitch.conf",
    },
  ],
  [
    "every DNS must speak TLS",
    "names.cspace.local",
    {
      inject: `printf '[Resolve]\\nDNSOverTLS=yes\\n' >${dropIn}; ${restartResolved}`,
      mend: `rm ${dropIn}; ${restartResolved}`,
    },
  ],
  [
    "another program has the port of DNS",
    "proxy",
    {
      inject: `docker rm -f cspace-dns; systemd-run --quiet --unit=thief node -e 'require("dgram").createSocket("udp4").bind(53, "127.0.0.1")'; sleep 0.5`,
      mend: "systemctl stop thief; systemctl reset-failed; runuser -u dev -- sh -c 'cd && HOME=/home/dev cspace proxy up'",
    },
  ],
  [
    "the socket of the engine is not the user's",
    "engine",
    {
      inject: "chmod 600 /var/run/docker.sock",
      mend: "chmod 660 /var/run/docker.sock",
    },
  ],
  [
    "another context's engine has a proxy as well",
    "context",
    {
      inject: `mkdir -p /run/second && (dockerd --host unix:///run/second/docker.sock --data-root /var/lib/docker/second --exec-root /run/second/exec --pidfile /run/second/pid --bridge none --iptables=false >/run/second/log 2>&1 &)
for _ in $(seq 100); do docker -H unix:///run/second/docker.sock info >/dev/null 2>&1 && break; sleep 0.1; done
docker save busybox:1.37 | docker -H unix:///run/second/docker.sock load >/dev/null
docker -H unix:///run/second/docker.sock create --name cspace-proxy busybox:1.37 >/dev/null && chmod 666 /run/second/docker.sock
runuser -u dev -- env HOME=/home/dev docker context create second --docker host=unix:///run/second/docker.sock`,
      mend: `kill "$(cat /run/second/pid)"; while [ -e /run/second/pid ]; do sleep 0.1; done; rm -rf /run/second /var/lib/docker/second; runuser -u dev -- env HOME=/home/dev docker context rm second`,
    },
  ],
  [
    "the disk of the home is full",
    "disk",
    {
      inject: "true",
      mend: "true",
      doctor: onSmallDisk("/home/dev/small").replace("cspace doctor", "CSPACE_HOME=/home/dev/small cspace doctor"),
    },
  ],
  [
    "the disk of the engine is full",
    "engine-disk",
    { inject: "true", mend: "true", doctor: onSmallDisk("/var/lib/docker") },
  ],
  [
    "HTTPS is trusted by some alone",
    "trust",
    {
      inject: `runuser -u dev -- sh -c 'mkdir -p ${firefox} && certutil -d sql:${firefox} -N --empty-password'`,
      mend: noBrowsers,
    },
  ],
];

/** Where nobody trusts HTTPS, so that whoever insists on it is lost. */
const inBrowsers: readonly (readonly [string, string, Fault])[] = [
  [
    "Chromium was told to ask by HTTPS alone",
    "browser-https",
    {
      inject: inHome(
        `${profile}/TransportSecurity`,
        `{"sts":[{"expiry":${later},"host":"${hashOfDomain}","mode":"force-https","sts_include_subdomains":true,"sts_observed":1}],"version":2}`,
      ),
      mend: noBrowsers,
    },
  ],
  [
    "Firefox was told to ask by HTTPS alone",
    "browser-https",
    {
      inject: inHome(
        `${firefox}/SiteSecurityServiceState.txt`,
        `web.mercury.shop.cspace.local:HSTS\t1\t2\t${later}000,1,0`,
      ),
      mend: noBrowsers,
    },
  ],
  [
    "Firefox has a proxy of its own",
    "browser-proxy",
    {
      inject: inHome(
        `${firefox}/prefs.js`,
        `user_pref("network.proxy.http", "proxy.test");\nuser_pref("network.proxy.http_port", 3128);\nuser_pref("network.proxy.type", 1);`,
      ),
      mend: noBrowsers,
    },
  ],
  [
    "a policy gives Chromium a proxy",
    "browser-proxy",
    {
      inject: `mkdir -p ${profile} && ${inHome("/etc/chromium/policies/managed/proxy.json", '{"ProxyMode":"fixed_servers","ProxyServer":"proxy.test:3128"}')}`,
      mend: noBrowsers,
    },
  ],
  [
    "Chromium asks a DNS of its own",
    "browser-dns",
    {
      inject: `mkdir -p ${profile} && ${inHome("/home/dev/.config/chromium/Local\\ State", '{"dns_over_https":{"mode":"secure","templates":"https://dns.test/"}}')}`,
      mend: noBrowsers,
    },
  ],
  [
    "Chromium was told of HTTP/3",
    "browser-quic",
    {
      inject: inHome(
        `"${profile}/Network Persistent State"`,
        '{"net":{"http_server_properties":{"servers":[{"alternative_service":[{"port":443,"protocol_str":"quic"}],"server":"https://web.mercury.shop.cspace.local"}]}}}',
      ),
      mend: noBrowsers,
    },
  ],
];

const onDnsmasq: readonly (readonly [string, string, Fault])[] = [
  ...everywhere,
  [
    // There port 53 is that of dnsmasq, which hands on to cspace.
    "a firewall swallows DNS",
    "names.cspace.local",
    {
      inject: "iptables -I INPUT -i lo -d 127.0.0.1 -p udp --dport 53 -j DROP",
      mend: "iptables -D INPUT -i lo -d 127.0.0.1 -p udp --dport 53 -j DROP",
    },
  ],
  [
    "dnsmasq does not run",
    "names.cspace.local",
    { inject: "systemctl stop dnsmasq", mend: "systemctl reset-failed; systemctl start dnsmasq" },
  ],
  [
    "names are looked for under others first",
    "search",
    {
      inject:
        "cp -a /etc/resolv.conf /run/resolv; printf 'search corp.example\\noptions ndots:6\\n' >>/etc/resolv.conf",
      mend: "cp -a /run/resolv /etc/resolv.conf",
    },
  ],
  [
    "names are asked of the network first",
    "mdns",
    {
      inject: "cp -a /etc/nsswitch.conf /run/kept; sed -i 's/^hosts:.*/hosts: files mdns4 dns/' /etc/nsswitch.conf",
      mend: "cp -a /run/kept /etc/nsswitch.conf",
    },
  ],
  ...inBrowsers,
];

const machines: readonly (readonly [kind: MachineKind, init: string, faults: typeof onResolved])[] = [
  ["systemd-resolved", "cspace init --yes", onResolved],
  ["dnsmasq", "cspace init --yes --no-trust", onDnsmasq],
];

describe.skipIf(!machinesRun).each(machines)(
  "faults of machines that doctor names: %s (needs root, Debian, and a Docker engine)",
  (kind, init, faults) => {
    const score = createScore();
    let machine: Machine;
    const first = async (doctor = "cspace doctor", user: User = "dev"): Promise<string | undefined> => {
      const { out, err } = await machine.sh(
        `cd ~/shop; ${doctor.replace("cspace doctor", "cspace doctor --json")}`,
        user,
      );
      if (out === "") throw new Error(err);
      return firstFinding((JSON.parse(out) as { checks: readonly Check[] }).checks)?.id;
    };
    const expectHealthy = async (): Promise<void> => {
      const named = await first();
      score.healthy(named);
      expect(named).toBeUndefined();
    };

    beforeAll(async () => {
      machine = await startMachine(kind);
      await machine.engine();
      await machine.must(sudoers("free"));
      await machine.must(
        `mkdir ~/small ~/shop && cd ~/shop && cat >compose.yaml <<'YAML'
services:
${httpService("web", [3000], "    expose: ['3000']")}
YAML
${init} && cspace up mercury`,
        "dev",
      );
    });
    afterAll(async () => {
      console.info(`doctor on a machine with ${kind}: ${score}`);
      await machine?.stop();
    });

    test("without one, it names none", expectHealthy);

    test.each(faults)("%s", async (_, expected, { inject, mend, doctor }) => {
      let named: string | undefined;
      try {
        await machine.must(inject);
        named = await first(doctor);
      } finally {
        await machine.must(mend);
      }
      score.fault(expected, named);
      expect(named).toBe(expected);
      await expectHealthy();
    });
  },
);
