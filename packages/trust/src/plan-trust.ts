import { join } from "node:path";
import { buildPlan, type Plan, type PlanStep } from "@cspace/plan";
import { type FileStore, fileStores } from "./file-stores.ts";
import { describeRoot, fileNameOf, type RootCertificate } from "./root-certificate.ts";
import type { OwnEntry, TrustStore } from "./trust-store.ts";

/**
 * The changes by which every store trusts a root, and none of those that it took the place of; without steps when all is
 * so already. A store of which nothing can be told is left alone. Pure: a plan for any platform can be made on any other.
 *
 * @example
 * ```ts
 * const plan = planTrust(await readTrust({ root }), root);
 * await applyTrustPlan(plan, { roots: [root] });
 * ```
 */
export function planTrust(stores: readonly TrustStore[], root: RootCertificate): Plan {
  return inOrder(
    stores.flatMap((store) => {
      // In a keychain beside the one that is wanted, it is one too many.
      const isBeside = store.kind === "keychain" && store !== stores[0];
      const former = store.own.filter((entry) => isBeside || entry.root.certificate !== root.certificate);
      const removals = former.flatMap((entry) => remove(store, entry));
      if (isBeside || store.state !== "not-trusted") return removals;
      const files = filesOf(store);
      if (files === undefined) return [...removals, add(store, root)];
      const path = join(files.folder, `${fileNameOf(root)}${files.extension}`);
      const write: PlanStep = {
        kind: "file",
        path,
        before: null,
        after: root.certificate,
        needsRoot: true,
        mode: 0o644,
      };
      return [...removals, ...(former.length < store.own.length ? [] : [write]), run(files, "trust", files.update)];
    }),
  );
}

/** The changes that take every root of ours out of every store, so that each is as it was. Pure. */
export function planDistrust(stores: readonly TrustStore[]): Plan {
  return inOrder(stores.flatMap((store) => store.own.flatMap((entry) => remove(store, entry))));
}

/** Files first, then what reads them, then what has an entry of its own. */
function inOrder(steps: readonly PlanStep[]): Plan {
  const rank = ({ kind }: PlanStep): number => (kind === "file" ? 0 : kind === "command" ? 1 : 2);
  return buildPlan([...steps].sort((one, other) => rank(one) - rank(other)));
}

function add({ kind: known, path, isNew, needsRoot }: TrustStore, root: RootCertificate): PlanStep {
  const kind = isNew ? "nss-new" : known;
  return { kind, path: `${kind}:${path}`, before: null, after: describeRoot(root), needsRoot };
}

function remove(store: TrustStore, { name, root }: OwnEntry): PlanStep[] {
  const { kind, path, needsRoot } = store;
  const files = filesOf(store);
  if (files !== undefined) {
    const gone: PlanStep = { kind: "file", path: name, before: root.certificate, after: null, needsRoot };
    const { update, forget = () => update } = files;
    return [gone, run(files, fileNameOf(root), forget(fileNameOf(root)))];
  }
  // Two roots in one store are two steps, and each has a place of its own.
  const place = `${kind}:${path}#${root.fingerprint.slice(0, 16)}`;
  return [{ kind, path: place, before: describeRoot(root), after: null, needsRoot }];
}

function filesOf({ kind }: TrustStore): FileStore | undefined {
  return fileStores.find((store) => store.kind === kind);
}

function run({ kind }: FileStore, what: string, lines: string): PlanStep {
  return { kind: "command", path: `certificates:${kind}#${what}`, before: null, after: `${lines}\n`, needsRoot: true };
}
