import { certificateFolder, ensureInstanceCertificates, type InstanceName } from "@cspace/certs";
import { isCspaceError } from "@cspace/errors";
import type { GatewayCertificate } from "@cspace/gateway";

/** How often it is looked for certificates that are about to end, in milliseconds. */
const renewalMs = 6 * 3_600_000;

/** Keeps certificates for the instances that a gateway serves. */
export interface CertificateKeeper {
  /** Wants them for these instances from now on. Resolves when they are shown; what fails is told, and HTTP goes on. */
  readonly want: (instances: readonly InstanceName[]) => Promise<void>;
  /** Looks whether they are still good, as after a change of the authority. Resolves when what is good is shown. */
  readonly refresh: () => Promise<void>;
  /** Why there are none, or that there is a new authority, a sentence each. */
  readonly notes: () => readonly string[];
  /** Resolves when what is wanted by now is shown, or failed. */
  readonly settled: () => Promise<void>;
}

/** Options of {@link keepCertificates}. */
export interface KeepCertificatesOptions {
  /** Where they lie, see `certificateFolder` of @cspace/certs. */
  readonly path: string;
  readonly domains: readonly string[];
  readonly show: (certificates: readonly GatewayCertificate[]) => void;
}

/** Makes one that wants nothing yet. */
export function keepCertificates({ path, domains, show }: KeepCertificatesOptions): CertificateKeeper {
  const folder = certificateFolder(path);
  let wanted: ReadonlyMap<string, InstanceName> = new Map();
  let notes: readonly string[] = [];
  let last: Promise<void> = Promise.resolve();

  async function ensure(): Promise<void> {
    try {
      const { fallback, own, replaced } = await ensureInstanceCertificates(folder, {
        instances: [...wanted.values()],
        domains,
      });
      show([fallback, ...own]);
      notes = replaced === null ? [] : [`there is a new certificate authority, which nothing trusts yet: ${replaced}`];
    } catch (error) {
      if (!isCspaceError(error)) throw error;
      notes = [`HTTPS does not serve, HTTP does: ${error.message}; ${error.hint ?? ""}`];
    }
  }
  // One after the other: the last shows what is wanted last.
  const look = (): Promise<void> => {
    last = last.catch(() => undefined).then(ensure);
    return last;
  };
  setInterval(() => void look().catch(() => undefined), renewalMs).unref();
  return {
    want: (instances) => {
      const names = new Map(
        instances.map(({ project, instance }) => [`${instance}.${project}`, { project, instance }]),
      );
      // What is shown for one that is gone does no harm: nobody is led there.
      const isNew = [...names.keys()].some((name) => !wanted.has(name));
      wanted = names;
      return isNew ? look() : last;
    },
    refresh: look,
    notes: () => notes,
    settled: () => last.catch(() => undefined),
  };
}
