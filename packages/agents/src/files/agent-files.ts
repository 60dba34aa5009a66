import { isSlug } from "@cspace/hostnames";
import type { AgentFile } from "./agent-file.ts";
import { description, guide, mark } from "./guide.ts";
import { entry, items } from "./json.ts";
import { ownFile, section } from "./markdown.ts";

/** What the files tell of. */
export interface AgentFacts {
  /** What starts cspace: a program and its first words. */
  readonly command: readonly [string, ...string[]];
  /** The instance of the directory; `null` before it was started, and then nothing tells of its URLs. */
  readonly instance: {
    readonly project: string;
    readonly instance: string;
    readonly routes: readonly { readonly label: string; readonly url: string }[];
  } | null;
  readonly domains: readonly string[];
}

/**
 * Everything that tells harnesses of cspace, in the form that each documents. Pure.
 *
 * @see https://code.claude.com/docs/en/skills
 * @see https://code.claude.com/docs/en/mcp
 * @see https://code.claude.com/docs/en/desktop#configure-preview-servers
 * @see https://code.claude.com/docs/en/settings#sandbox-settings
 * @see https://agents.md
 * @see https://cursor.com/docs/context/rules
 * @see https://cursor.com/docs/context/mcp
 */
export function agentFiles({ command, instance, domains }: AgentFacts): readonly AgentFile[] {
  const [program, ...words] = command;
  const server = { command: program, args: [...words, "mcp"] };
  const mcp = {
    path: ["mcpServers", "cspace"],
    value: server,
    isOurs: (there: unknown): boolean => isServer(there),
  };
  const note = `<!-- ${mark} -->`;
  return [
    ownFile(
      { harness: "claude", path: ".claude/skills/cspace/SKILL.md", what: "a skill", isLocal: false },
      `---\nname: cspace\ndescription: ${description}\n---\n\n${note}\n\n# The running copy of this project\n\n${guide}`,
    ),
    entry({ harness: "claude", path: ".mcp.json", what: "the MCP server", isLocal: false }, mcp),
    ...(instance === null
      ? []
      : [
          items(
            { harness: "claude", path: ".claude/launch.json", what: "the URLs for its preview", isLocal: true },
            {
              path: ["configurations"],
              values: instance.routes.map(({ label, url }) => ({ name: `cspace ${label}`, url })),
              isOurs: (there) => nameOf(there)?.startsWith("cspace ") === true,
              base: { version: "0.0.1" },
            },
          ),
          items(
            { harness: "claude", path: ".claude/settings.local.json", what: "its sandbox's allow list", isLocal: true },
            {
              path: ["sandbox", "network", "allowedDomains"],
              values: domains.map((domain) => `*.${instance.instance}.${instance.project}.${domain}`),
              isOurs: (there) => domains.some((domain) => typeof there === "string" && isOfInstance(there, domain)),
            },
          ),
        ]),
    section(
      { harness: "agents", path: "AGENTS.md", what: "a section", isLocal: false },
      `## The running copy of this project\n\n${guide}`,
    ),
    ownFile(
      { harness: "cursor", path: ".cursor/rules/cspace.mdc", what: "a rule", isLocal: false },
      `---\ndescription: ${description}\nalwaysApply: false\n---\n\n${note}\n\n${guide}`,
    ),
    entry({ harness: "cursor", path: ".cursor/mcp.json", what: "the MCP server", isLocal: false }, mcp),
  ];
}

/** Whether an entry starts a server of cspace's, by whatever path. */
function isServer(there: unknown): boolean {
  const { command, args } = (there ?? {}) as { readonly command?: unknown; readonly args?: unknown };
  const words = [command, ...(Array.isArray(args) ? args : [])].map(String);
  return (
    words.at(-1) === "mcp" &&
    words.slice(0, -1).some((word) => /(?:^|[\\/])cspace(?:\.js|\.cmd)?$|^@cspace\/cli/.test(word))
  );
}

function nameOf(there: unknown): string | undefined {
  const { name } = (there ?? {}) as { readonly name?: unknown };
  return typeof name === "string" ? name : undefined;
}

/** Whether it allows all routes of one instance, and nothing else. */
function isOfInstance(pattern: string, domain: string): boolean {
  const [star, instance = "", project = "", ...rest] = pattern.split(".");
  return star === "*" && isSlug(instance) && isSlug(project) && rest.join(".") === domain;
}
