import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The codes of one package: what its closed union says, and what stands in its code beside the union. */
export interface PackageCodes {
  readonly name: string;
  readonly union: readonly string[];
  readonly used: readonly string[];
}

/** Variables of the environment, which look like codes. */
const variables = /^CSPACE_(HOME|PROJECT|INSTANCE|DOMAIN|SERVICE_.*)$/;

/** Reads the codes of every package and of the command line from their sources; `exit-code.ts` lists all and throws none. */
export function readErrorCodes(): PackageCodes[] {
  const folders = ["packages", "apps"].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(root, group, name)),
  );
  return folders.map((folder) => {
    const sources = ["src", "bin"]
      .flatMap((part) => listFiles(join(folder, part)))
      .map((file) => readFileSync(file, "utf8"));
    const unions = sources.flatMap((text) => text.match(/export type \w+ErrorCode =[^;]*;/g) ?? []);
    const rest = sources.map((text) => withoutComments(text.replace(/export type \w+ErrorCode =[^;]*;/g, "")));
    return { name: basename(folder), union: codesIn(unions.join("\n")), used: codesIn(rest.join("\n")) };
  });
}

function codesIn(text: string): string[] {
  const found = text.match(/\bCSPACE_[A-Z0-9_]*[A-Z0-9]\b/g) ?? [];
  return [...new Set(found)].filter((code) => !variables.test(code)).sort();
}

function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, "").replace(/^\s*\/\/.*$/gm, "");
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true })
      .map((name) => join(folder, String(name)))
      .filter((path) => /\.(ts|js)$/.test(path) && basename(path) !== "exit-code.ts");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
