import { escapeDollars } from "../escape-dollars.ts";
import { hashOf, seal } from "../home/seal.ts";
import { dnsContainer, proxyContainer, proxyImages, proxyLabels, proxyProject, proxySpec } from "../proxy-names.ts";
import { readTemplate } from "../read-template.ts";
import { identityRule } from "./catch-all.ts";
import { portCandidates } from "./choose-proxy-ports.ts";
import { priorities } from "./priorities.ts";
import { renderCorefile } from "./render-corefile.ts";
import { servedFolder } from "./serve-certificates.ts";

/** Everything that the rendered stack depends on. */
export interface ProxyStackInput {
  /** The port on the host and inside the container alike. */
  readonly httpPort: number;
  /** As `httpPort`; `null`: no HTTPS, since its port is taken. */
  readonly httpsPort: number | null;
  /** `null`: no DNS, since its port is taken. */
  readonly dnsPort: number | null;
  readonly domains: readonly string[];
  /** The Docker socket to mount, a path on the engine's machine. */
  readonly socketPath: string;
  /** The subnet of the proxy's own network, in CIDR notation. */
  readonly subnet: string;
  /** Whether the host has `::1`, where the HTTP port is then published too. */
  readonly ipv6: boolean;
  /** Whether the engine confines containers with SELinux. */
  readonly selinux: boolean;
}

/** What a stack is rendered from, with the hash that tells drift. */
export interface ProxyStack {
  readonly hash: string;
  /** What each file is rendered from, by its path below `~/.cspace/proxy`. */
  readonly sources: Readonly<Record<ProxyFile, unknown>>;
}

/** The files of the proxy's stack. */
export type ProxyFile = "docker-compose.yml" | "coredns/Corefile" | "dynamic/services.yml";

/**
 * Plans the proxy's stack: Traefik, and CoreDNS beside it. The hash covers everything but the home folder, so a proxy
 * that another home started can be compared.
 */
export function planProxy(input: ProxyStackInput, home: string): ProxyStack {
  const corefile = { domains: input.domains, template: readTemplate("proxy/Corefile.hbs") };
  const services = buildServices(input.domains);
  const hash = hashOf([buildStack(input, {}), corefile, services]);
  const stack = buildStack(input, {
    [proxyLabels.hash]: hash,
    [proxyLabels.spec]: proxySpec,
    [proxyLabels.home]: escapeDollars(home),
  });
  return {
    hash,
    sources: { "docker-compose.yml": stack, "coredns/Corefile": corefile, "dynamic/services.yml": services },
  };
}

/** Renders the files of a planned stack. */
export async function renderProxy(stack: ProxyStack, domains: readonly string[]): Promise<Record<ProxyFile, string>> {
  // Loaded on first use: a proxy that runs as planned is not rendered again.
  const { stringify } = await import("yaml");
  const { sources } = stack;
  const compose = stringify(sources["docker-compose.yml"], { lineWidth: 0, aliasDuplicateObjects: false });
  return {
    "docker-compose.yml": seal(compose, sources["docker-compose.yml"]),
    "coredns/Corefile": seal(await renderCorefile(domains), sources["coredns/Corefile"]),
    "dynamic/services.yml": seal(stringify(sources["dynamic/services.yml"]), sources["dynamic/services.yml"]),
  };
}

function buildStack(input: ProxyStackInput, labels: Record<string, string>): object {
  const { httpPort, httpsPort, dnsPort, subnet } = input;
  const published = [httpPort, ...(httpsPort === null ? [] : [httpsPort])];
  const common = {
    restart: "unless-stopped",
    labels,
    logging: { driver: "json-file", options: { "max-size": "5m", "max-file": "2" } },
  };
  return {
    name: proxyProject,
    services: {
      proxy: {
        image: proxyImages.traefik,
        container_name: proxyContainer,
        ...common,
        labels: {
          ...labels,
          [proxyLabels.httpPort]: String(httpPort),
          ...(httpsPort === null ? {} : { [proxyLabels.httpsPort]: String(httpsPort) }),
        },
        command: traefikArguments(httpPort, httpsPort ?? portCandidates.https[0]),
        ports: published.flatMap((port) => [
          `127.0.0.1:${port}:${port}`,
          ...(input.ipv6 ? [`[::1]:${port}:${port}`] : []),
        ]),
        volumes: [
          `${escapeDollars(input.socketPath)}:/var/run/docker.sock:ro`,
          "./dynamic:/etc/traefik/dynamic:ro",
          `../certs/served:${servedFolder}:ro`,
        ],
        // A proxy that is configured for the engine's containers must not stand between Traefik and its own backends.
        environment: { NO_PROXY: "*", no_proxy: "*" },
        extra_hosts: ["host.docker.internal:host-gateway"],
        healthcheck: {
          test: ["CMD", "traefik", "healthcheck", ...pingArguments],
          interval: "30s",
          timeout: "5s",
          retries: 3,
        },
        ...(input.selinux ? { security_opt: ["label=disable"] } : {}),
      },
      ...(dnsPort === null
        ? {}
        : {
            dns: {
              image: proxyImages.coredns,
              container_name: dnsContainer,
              ...common,
              command: ["-conf", "/etc/coredns/Corefile"],
              ports: [`127.0.0.1:${dnsPort}:53/udp`, `127.0.0.1:${dnsPort}:53/tcp`],
              volumes: ["./coredns:/etc/coredns:ro"],
              ...(input.selinux ? { security_opt: ["label=disable"] } : {}),
            },
          }),
    },
    networks: { default: { name: proxyProject, ipam: { config: [{ subnet }] } } },
  };
}

/**
 * How Traefik reaches services that speak TLS, whose certificates are for no name of ours; and that nobody tells who answers
 * while the gateway does not: a container's word would prove nothing.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/load-balancing/serverstransport/
 */
function buildServices(domains: readonly string[]): object {
  const router = { rule: identityRule(domains), priority: priorities.noIdentity, service: "cspace-nobody" };
  return {
    http: {
      routers: { "cspace-no-identity": { ...router, entryPoints: ["web", "websecure"] } },
      services: { "cspace-nobody": { loadBalancer: { servers: [] } } },
      serversTransports: {
        "cspace-services": {
          insecureSkipVerify: true,
          forwardingTimeouts: { dialTimeout: "3s", idleConnTimeout: "200ms" },
        },
      },
    },
  };
}

const pingArguments = ["--ping=true", "--ping.entrypoint=ping", "--entrypoints.ping.address=127.0.0.1:8082"];

/** @see https://doc.traefik.io/traefik/reference/install-configuration/configuration-options/ */
function traefikArguments(httpPort: number, httpsPort: number): string[] {
  const entryPoint = (name: string, port: number): string[] => [
    `--entrypoints.${name}.address=:${port}`,
    // A service gets the path and the query that were asked for. Semicolons cannot be passed as they are: `%3B` is the nearest.
    `--entrypoints.${name}.http.sanitizepath=false`,
    `--entrypoints.${name}.http.encodequerysemicolons=true`,
    // Uploads may take as long as they take.
    `--entrypoints.${name}.transport.respondingtimeouts.readtimeout=0s`,
  ];
  return [
    "--global.checknewversion=false",
    "--global.sendanonymoususage=false",
    "--log.level=WARN",
    "--log.nocolor=true",
    ...pingArguments,
    ...entryPoint("web", httpPort),
    ...entryPoint("websecure", httpsPort),
    // Every router of this entry point is one of TLS, whatever else it is on.
    "--entrypoints.websecure.http.tls=true",
    "--serverstransport.forwardingtimeouts.dialtimeout=3s",
    // Less than servers keep an idle connection (Gunicorn 2 s, Node and Uvicorn 5 s): else a POST may meet its end.
    // And less than it takes to look twice whether an instance is used: what lasts longer is a stream.
    "--serverstransport.forwardingtimeouts.idleconntimeout=200ms",
    // Whether an instance is used; by what cspace itself asks, it is not. They are shown to who is let see them alone.
    "--metrics.prometheus=true",
    "--metrics.prometheus.manualrouting=true",
    "--metrics.prometheus.addrouterslabels=true",
    "--metrics.prometheus.addserviceslabels=false",
    "--metrics.prometheus.addentrypointslabels=false",
    "--metrics.prometheus.headerlabels.probe=X-Cspace-Probe",
    "--providers.providersthrottleduration=100ms",
    "--providers.docker=true",
    "--providers.docker.exposedbydefault=false",
    "--providers.docker.constraints=Label(`cspace.managed`,`true`)",
    "--providers.file.directory=/etc/traefik/dynamic",
    "--providers.file.watch=true",
  ];
}
