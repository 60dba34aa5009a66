import type { SettingsIssue } from "./settings-issue.ts";

/**
 * The issues of a file, one line each, in the form that editors and terminals turn into links; "" when there are none.
 *
 * @example
 * ```ts
 * formatIssues(".cspace.json", [{ path: "routes.dev.port", line: 7, column: 15, message: "must be a port" }]);
 * //=> ".cspace.json:7:15  routes.dev.port  must be a port"
 * ```
 */
export function formatIssues(file: string, issues: readonly SettingsIssue[]): string {
  return issues
    .map(({ path, line, column, message, hint }) => {
      const place = line === 0 ? file : `${file}:${line}:${column}`;
      const sentence = hint === undefined ? message : `${message} (${hint})`;
      return [place, path, sentence].filter((part) => part !== "").join("  ");
    })
    .join("\n");
}
