/** The images that the proxy runs, pinned to the versions that cspace is tested with. */
export const proxyImages = { traefik: "traefik:v3.7.15", coredns: "coredns/coredns:1.15.0" } as const;

/** The Compose project and the network of the proxy: it sorts before every name that an instance can have. */
export const proxyProject = "0--cspace";

/** The container that receives every request. */
export const proxyContainer = "cspace-proxy";

/** The container that answers DNS. */
export const dnsContainer = "cspace-dns";

/**
 * The version of what the proxy is for instances and the daemon. One of a newer version is not replaced: what it serves may
 * depend on what this one does not know.
 */
export const proxySpec = "1";

/** Labels on the proxy's containers. */
export const proxyLabels = {
  hash: "cspace.proxy.hash",
  spec: "cspace.proxy.spec",
  home: "cspace.proxy.home",
  httpPort: "cspace.proxy.http",
  httpsPort: "cspace.proxy.https",
} as const;
