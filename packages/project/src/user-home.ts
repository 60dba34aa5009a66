import { homedir } from "node:os";
import { parse } from "node:path";

/** The user's home folder; the root for a user whom the system does not know, and who has no `HOME`. */
export function userHome(): string {
  try {
    return homedir();
  } catch {
    return parse(process.cwd()).root;
  }
}
