import { CspaceError } from "@cspace/errors";
import { command, type MoreCommands, type PlanStep, powershell, type StepCommand } from "@cspace/plan";
import { bodyOf, describeRoot, fileNameOf, type RootCertificate, thumbprintOf } from "./root-certificate.ts";
import type { TrustErrorCode } from "./trust-error-code.ts";

/**
 * The programs that make the steps of stores that are no folders, for `renderCommands` of @cspace/plan: `certutil` for
 * NSS, `keytool` for Java, `security` for macOS, PowerShell for Windows. `roots` are those that steps may name.
 *
 * @see https://firefox-source-docs.mozilla.org/security/nss/legacy/tools/nss_tools_certutil/index.html
 * @see https://docs.oracle.com/en/java/javase/17/docs/specs/man/keytool.html
 * @see https://ss64.com/mac/security-cert.html
 * @see https://learn.microsoft.com/dotnet/api/system.security.cryptography.x509certificates.x509store
 */
export function trustCommands(roots: readonly RootCertificate[]): MoreCommands {
  const commandsOf =
    (make: { readonly add: MakeCommands; readonly remove: MakeCommands }) =>
    (step: PlanStep): readonly StepCommand[] => {
      const root = rootOf(step, roots);
      return (step.after === null ? make.remove : make.add)(root, placeOf(step));
    };
  const nss = {
    add: (root: RootCertificate, database: string) => [
      {
        ...command("certutil", "-A", "-d", `sql:${database}`, "-t", "C,,", "-n", root.name, "-a"),
        input: root.certificate,
      },
    ],
    remove: (root: RootCertificate, database: string) => [
      command("certutil", "-D", "-d", `sql:${database}`, "-n", root.name),
    ],
  };
  return {
    nss: commandsOf(nss),
    "nss-new": commandsOf({
      ...nss,
      add: (root, database) => [
        command("mkdir", "-p", "-m", "0700", database),
        command("certutil", "-N", "-d", `sql:${database}`, "--empty-password"),
        ...nss.add(root, database),
      ],
    }),
    java: commandsOf({
      add: (root, path) => [
        {
          ...command("keytool", ...keystore(path), "-importcert", "-noprompt", "-alias", javaAlias(root)),
          input: root.certificate,
        },
      ],
      remove: (root, path) => [command("keytool", ...keystore(path), "-delete", "-alias", javaAlias(root))],
    }),
    keychain: commandsOf({
      add: (root, keychain) => [
        command(
          "security",
          "add-trusted-cert",
          ...ofAll(keychain),
          ...["-r", "trustRoot", "-p", "ssl", "-k", keychain, root.path],
        ),
      ],
      remove: (root, keychain) => [
        command("security", "remove-trusted-cert", ...ofAll(keychain), root.path),
        command("security", "delete-certificate", "-Z", thumbprintOf(root.certificate), keychain),
      ],
    }),
    windows: commandsOf({
      // Without a file: Windows does not know where WSL has it.
      add: ({ certificate }) => [
        powershell(
          `$c = [Security.Cryptography.X509Certificates.X509Certificate2]::new([Convert]::FromBase64String('${bodyOf(certificate)}')); ` +
            "$s = [Security.Cryptography.X509Certificates.X509Store]::new('Root', 'CurrentUser'); " +
            "$s.Open('ReadWrite'); $s.Add($c); $s.Close()",
        ),
      ],
      remove: (root, store) => [powershell(`Remove-Item '${store}\\${thumbprintOf(root.certificate)}'`)],
    }),
  };
}

/** The keychain that all users of a Mac ask. */
export const systemKeychain = "/Library/Keychains/System.keychain";

/** Of trust, too, there is the user's own and that of all users. */
const ofAll = (keychain: string): string[] => (keychain === systemKeychain ? ["-d"] : []);

type MakeCommands = (root: RootCertificate, place: string) => readonly StepCommand[];

/** The store of a step. */
export function placeOf({ path }: PlanStep): string {
  return path.slice(path.indexOf(":") + 1).replace(/#[0-9a-f]+$/, "");
}

/**
 * The root that a step is about.
 *
 * @throws {CspaceError} `CSPACE_ROOT_UNKNOWN` for one that is none of these.
 */
export function rootOf({ before, after, path }: PlanStep, roots: readonly RootCertificate[]): RootCertificate {
  const root = roots.find((one) => describeRoot(one) === (after ?? before));
  if (root !== undefined) return root;
  throw new CspaceError<TrustErrorCode>("CSPACE_ROOT_UNKNOWN", `${path} is about a root that is not given`, {
    hint: "give every root that the plan was made for",
  });
}

/** What Debian's hook lists a file of the system's store under. */
export function javaAlias(root: RootCertificate): string {
  return `debian:${fileNameOf(root)}.pem`;
}

/** A store of Java's, with the password that all have. */
export function keystore(path: string): string[] {
  return ["-keystore", path, "-storepass", "changeit"];
}
