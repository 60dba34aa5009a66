import { type ApplyElevatedPlanOptions, applyElevatedPlan, type Plan, type PlanStep, runCommand } from "@cspace/plan";
import { bodyOf, type RootCertificate, thumbprintOf } from "./root-certificate.ts";
import { javaAlias, keystore, placeOf, rootOf, trustCommands } from "./trust-commands.ts";

/** Options of {@link applyTrustPlan}. */
export interface ApplyTrustPlanOptions extends Omit<ApplyElevatedPlanOptions, "commands" | "read"> {
  /** The roots that the plan names, with the files that hold them. */
  readonly roots: readonly RootCertificate[];
}

/**
 * Makes exactly the steps of a plan, in their order, all of them or none, as `applyElevatedPlan` of @cspace/plan does.
 *
 * @throws {CspaceError} the codes of `applyElevatedPlan`.
 */
export async function applyTrustPlan(plan: Plan, { roots, ...options }: ApplyTrustPlanOptions): Promise<void> {
  const { run = runCommand } = options;
  const printed = async (file: string, ...args: string[]): Promise<string> => {
    const { exitCode, stdout } = await run(file, args);
    return exitCode === 0 ? stdout : "";
  };
  const look =
    (isThere: (root: RootCertificate, place: string) => Promise<boolean>) =>
    async (step: PlanStep): Promise<{ content: string | null }> => {
      const isIn = await isThere(rootOf(step, roots), placeOf(step));
      return { content: isIn ? (step.after ?? step.before) : null };
    };
  const holds = (listed: string, root: RootCertificate): boolean => bodyOf(listed).includes(bodyOf(root.certificate));
  const nss = look(async (root, database) =>
    holds(await printed("certutil", "-L", "-d", `sql:${database}`, "-n", root.name, "-a"), root),
  );
  await applyElevatedPlan(plan, {
    ...options,
    commands: trustCommands(roots),
    read: {
      nss,
      "nss-new": nss,
      java: look(async (root, path) =>
        holds(await printed("keytool", ...keystore(path), "-list", "-rfc", "-alias", javaAlias(root)), root),
      ),
      keychain: look(async (root, path) =>
        holds(await printed("security", "find-certificate", "-a", "-p", path), root),
      ),
      windows: look(async (root, store) => {
        const words = ["-NoProfile", "-NonInteractive", "-Command", `(Get-ChildItem ${store}).Thumbprint`];
        return (await printed("powershell.exe", ...words)).includes(thumbprintOf(root.certificate));
      }),
    },
  });
}
