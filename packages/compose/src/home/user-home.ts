import { homedir } from "node:os";

/** The user's home folder; `undefined` for a user whom the system does not know, and who has no `HOME`. */
export function userHome(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}
