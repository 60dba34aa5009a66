import { CspaceError } from "@cspace/errors";
import type { ProjectErrorCode } from "./project-error-code.ts";

/**
 * Variables as a dotenv file, a line each but for values of several lines. dotenv, Node's `--env-file` and Compose read
 * every value back as it is; backticks, which Compose does not know, are used only where nothing else would do. Pure.
 *
 * @throws {CspaceError} `CSPACE_ENV_UNWRITABLE` for a value that no quotes can hold: the format has no escapes that all
 * of them read.
 * @see https://github.com/motdotla/dotenv#what-rules-does-the-parsing-engine-follow
 * @see https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
 * @example
 * ```ts
 * renderDotenv({ URL: "http://localhost:3000", NAME: "it's" }); //=> 'URL=http://localhost:3000\nNAME="it\'s"\n'
 * ```
 */
export function renderDotenv(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quoteForDotenv(name, value)}\n`)
    .join("");
}

/**
 * Variables as commands of a POSIX shell, for `eval "$(...)"`. Pure.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_02
 * @example
 * ```ts
 * renderExports({ NAME: "it's" }); //=> "export NAME='it'\\''s'\n"
 * ```
 */
export function renderExports(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${isPlain(value) ? value : `'${value.replaceAll("'", "'\\''")}'`}\n`)
    .join("");
}

/** Nothing that any reader takes for more than itself. */
function isPlain(value: string): boolean {
  return /^[\w@%+:,./-]*$/.test(value);
}

/** Readers take what stands between quotes as it is, but for what each line here leaves out. */
const quotes: readonly { readonly mark: string; readonly fits: RegExp }[] = [
  // A backslash before the closing mark would hide it.
  { mark: "'", fits: /^[^'\r\0]*(?<!\\)$/ },
  // Escapes and variables mean something here.
  { mark: '"', fits: /^[^"\\$\r\0]*$/ },
  { mark: "`", fits: /^[^`\r\0]*(?<!\\)$/ },
];

function quoteForDotenv(name: string, value: string): string {
  if (isPlain(value)) return value;
  const found = quotes.find(({ fits }) => fits.test(value));
  if (found !== undefined) return `${found.mark}${value}${found.mark}`;
  throw new CspaceError<ProjectErrorCode>("CSPACE_ENV_UNWRITABLE", `a dotenv file cannot hold the value of ${name}`, {
    hint: "take another format: cspace env --format shell",
  });
}
