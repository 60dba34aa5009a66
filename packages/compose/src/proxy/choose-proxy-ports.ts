import { CspaceError } from "@cspace/errors";
import { describeHolder, isPortFree, portHolder } from "@cspace/ports";
import type { DockerEngine } from "../engine/docker-engine.ts";
import type { ComposeErrorCode } from "../errors.ts";

/** Where the proxy listens when nothing was chosen: the first that is free. */
const portCandidates = { http: [80, 8088, 8880, 9088], dns: [53, 5300, 5301] } as const;

/** A port that was asked for and is held by another. */
export interface TakenPort {
  readonly port: number;
  /** `nginx (pid 123)`, `the container web-1`, `a process of another user`. */
  readonly holder: string;
}

/** Options of {@link choosePort}. */
export interface ChoosePortOptions {
  readonly kind: "http" | "dns";
  /** A port that was chosen before, or named by the user. */
  readonly chosen: number | null;
  /** The port that the running proxy holds itself, which is free for it. */
  readonly own: number | null;
  /** Whether to choose afresh, rather than to stay on `own`. @default false */
  readonly afresh?: boolean;
  readonly engine: DockerEngine;
  /** Ports that Docker refused just now, so that they count as taken. */
  readonly refused: ReadonlySet<number>;
}

/** What was chosen, and what stood in the way. A port that cannot be tested counts as free: Docker's bind decides. */
export interface PortChoice {
  readonly port: number | null;
  readonly taken: readonly TakenPort[];
}

/** Chooses the port that the proxy takes on this host; `null` when all candidates are taken. */
export async function choosePort(options: ChoosePortOptions): Promise<PortChoice> {
  const { kind, chosen, own, afresh = false, engine, refused } = options;
  const taken: TakenPort[] = [];
  const stay = own === null || afresh ? portCandidates[kind] : [own];
  for (const port of chosen === null ? stay : [chosen]) {
    if (port === own || (!refused.has(port) && (await isUsable(kind, port)))) return { port, taken };
    taken.push({ port, holder: await readHolder(kind, port, engine) });
  }
  return { port: null, taken };
}

/** The error for a port that the user asked for, or that was kept, and that another holds. */
export function portTaken(kind: "http" | "dns", { port, holder }: TakenPort): CspaceError<ComposeErrorCode> {
  return new CspaceError("CSPACE_PORT_TAKEN", `port ${port} on 127.0.0.1 is taken by ${holder}`, {
    hint: `stop it, or let cspace choose: cspace proxy up --${kind}-port auto`,
  });
}

async function isUsable(kind: "http" | "dns", port: number): Promise<boolean> {
  const answers =
    kind === "http"
      ? [await isPortFree(port)]
      : await Promise.all([
          isPortFree(port, { hosts: ["127.0.0.1"] }),
          isPortFree(port, { hosts: ["127.0.0.1"], protocol: "udp" }),
        ]);
  return !answers.includes("taken");
}

async function readHolder(kind: "http" | "dns", port: number, engine: DockerEngine): Promise<string> {
  const containers = async (): Promise<{ name: string; ports: { publicPort: number; type: string }[] }[]> =>
    (await engine.listContainers()).map((container) => ({
      name: (container.Names[0] ?? container.Id).replace(/^\//, ""),
      ports: container.Ports.flatMap(({ PublicPort, Type }) =>
        PublicPort === undefined ? [] : [{ publicPort: PublicPort, type: Type }],
      ),
    }));
  for (const protocol of kind === "http" ? (["tcp"] as const) : (["udp", "tcp"] as const)) {
    const holder = await portHolder(port, { protocol, containers });
    if (holder !== undefined) return describeHolder(holder);
  }
  return "a process of another user";
}
