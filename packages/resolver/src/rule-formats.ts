import type { FileKind } from "./resolver-state.ts";

/** What a rule says: these domains go to the DNS on this port of 127.0.0.1. */
export interface RuleText {
  readonly domains: readonly string[];
  readonly port: number;
}

/** Where and how a kind keeps its rule. */
export interface RuleFormat {
  readonly directory: string;
  /** The file of these domains; on macOS one for each, named for it. */
  readonly fileOf: (domain: string) => string;
  readonly perDomain: boolean;
  readonly render: (rule: RuleText) => string;
  /** Reads what `render` writes, and perhaps more: {@link parseRule} is what tells. */
  readonly parse: (text: string) => RuleText | undefined;
}

const domain = "[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?";
const heading = "# Written by cspace. To remove it: cspace dns uninstall\n";

/** https://www.freedesktop.org/software/systemd/man/latest/resolved.conf.html and systemd.dns-delegate(5) */
function systemdFormat(directory: string, file: string, section: string): RuleFormat {
  return {
    directory,
    fileOf: () => file,
    perDomain: false,
    render: ({ domains, port }) =>
      lines([
        `[${section}]`,
        `DNS=127.0.0.1${port === 53 ? "" : `:${port}`}`,
        // The tilde routes the domain without making it a suffix that single words are tried with.
        `Domains=${domains.map((name) => `~${name}`).join(" ")}`,
      ]),
    parse: (text) =>
      parseLines(text, (body) => {
        const pattern = `^\\[${section}\\]\\nDNS=127\\.0\\.0\\.1(?::(\\d+))?\\nDomains=(~${domain}(?: ~${domain})*)$`;
        const [, port = "53", domains = ""] = new RegExp(pattern).exec(body) ?? [];
        return domains === "" ? undefined : { port: Number(port), domains: domains.replaceAll("~", "").split(" ") };
      }),
  };
}

/** `server` and `rebind-domain-ok` of dnsmasq(8): the answer 127.0.0.1 is meant, also under `stop-dns-rebind`. */
function dnsmasqFormat(directory: string): RuleFormat {
  const pattern = new RegExp(`^server=/(${domain})/127\\.0\\.0\\.1#(\\d+)\\nrebind-domain-ok=/(${domain})/$`);
  return {
    directory,
    fileOf: () => "cspace.conf",
    perDomain: false,
    render: ({ domains, port }) =>
      lines(domains.flatMap((name) => [`server=/${name}/127.0.0.1#${port}`, `rebind-domain-ok=/${name}/`])),
    parse: (text) =>
      parseLines(text, (body) => {
        const pairs = body.split(/\n(?=server=)/).map((pair) => pattern.exec(pair));
        const [, , port] = pairs[0] ?? [];
        if (port === undefined || pairs.some((pair) => pair?.[1] !== pair?.[3] || pair?.[2] !== port)) return undefined;
        return { port: Number(port), domains: pairs.map((pair) => pair?.[1] as string) };
      }),
  };
}

/** resolver(5) of macOS: the file's name is the domain. */
const macosFormat: RuleFormat = {
  directory: "/etc/resolver",
  fileOf: (name) => name,
  perDomain: true,
  render: ({ port }) => `nameserver 127.0.0.1\n${port === 53 ? "" : `port ${port}\n`}`,
  parse: (text) => {
    const [whole, port = "53"] = /^nameserver 127\.0\.0\.1\n(?:port (\d+)\n)?$/.exec(text) ?? [];
    return whole === undefined ? undefined : { port: Number(port), domains: [] };
  },
};

/** How every kind keeps its rule. */
export const ruleFormats: Readonly<Record<FileKind, RuleFormat>> = {
  macos: macosFormat,
  "systemd-resolved": systemdFormat("/etc/systemd/resolved.conf.d", "cspace.conf", "Resolve"),
  "dns-delegate": systemdFormat("/etc/systemd/dns-delegate.d", "cspace.dns-delegate", "Delegate"),
  networkmanager: dnsmasqFormat("/etc/NetworkManager/dnsmasq.d"),
  dnsmasq: dnsmasqFormat("/etc/dnsmasq.d"),
};

/** The rule in a text that is byte for byte what cspace writes for it; every other text is somebody else's. */
export function parseRule(kind: FileKind, text: string): RuleText | undefined {
  const { parse, render } = ruleFormats[kind];
  const rule = parse(text);
  return rule !== undefined && render(rule) === text ? rule : undefined;
}

function lines(body: readonly string[]): string {
  return `${heading}${body.join("\n")}\n`;
}

function parseLines(text: string, parse: (body: string) => RuleText | undefined): RuleText | undefined {
  if (!text.startsWith(heading) || !text.endsWith("\n")) return undefined;
  return parse(text.slice(heading.length, -1));
}
