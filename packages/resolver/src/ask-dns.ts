import { Resolver } from "node:dns/promises";

/** Whether the DNS on a port of 127.0.0.1 answers a name with 127.0.0.1; not the system's resolver, the server itself. */
export async function askDns(port: number, hostname: string): Promise<boolean> {
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  resolver.setServers([`127.0.0.1:${port}`]);
  try {
    return (await resolver.resolve4(hostname)).includes("127.0.0.1");
  } catch {
    return false;
  }
}
