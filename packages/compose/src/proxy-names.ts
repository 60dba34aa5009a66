/** The images that the proxy runs, pinned to the versions that cspace is tested with. */
export const proxyImages = { traefik: "traefik:v3.7.15", coredns: "coredns/coredns:1.15.0" } as const;

/** The Compose project and the network of the proxy: it sorts before every name that an instance can have. */
export const proxyProject = "0--cspace";

/** The container that receives every request. */
export const proxyContainer = "cspace-proxy";

/** The container that answers DNS. */
export const dnsContainer = "cspace-dns";

/** Labels on the proxy's containers. */
export const proxyLabels = {
  hash: "cspace.proxy.hash",
  home: "cspace.proxy.home",
  httpPort: "cspace.proxy.http",
  httpsPort: "cspace.proxy.https",
} as const;
