import { powershell, type RunCommand } from "@cspace/plan";
import type { NrptRule } from "../resolver-state.ts";

const script =
  "@(Get-DnsClientNrptRule | Select-Object Name, Comment, @{n='Namespace';e={@($_.Namespace)}}, " +
  "@{n='NameServers';e={@($_.NameServers | ForEach-Object { \"$_\" })}}) | ConvertTo-Json -Depth 3 -Compress";

/**
 * The rules of Windows's name resolution policy table, which every user may read.
 *
 * @see https://learn.microsoft.com/powershell/module/dnsclient/get-dnsclientnrptrule
 */
export async function readNrpt(run: RunCommand, signal?: AbortSignal): Promise<NrptRule[]> {
  const { file, args } = powershell(script);
  const { exitCode, stdout, stderr } = await run(file, args, { timeoutMs: 30_000, signal });
  if (exitCode !== 0) throw new Error(`Get-DnsClientNrptRule failed: ${stderr.trim()}`);
  return parseNrpt(stdout);
}

/** Reads what `ConvertTo-Json` made of the rules: nothing, one object, or a list. */
function parseNrpt(text: string): NrptRule[] {
  if (text.trim() === "") return [];
  const data: unknown = JSON.parse(text);
  return (Array.isArray(data) ? data : [data]).map((one: Readonly<Record<string, unknown>>) => ({
    name: String(one.Name ?? ""),
    namespaces: listOf(one.Namespace),
    servers: listOf(one.NameServers),
    comment: String(one.Comment ?? ""),
  }));
}

function listOf(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}
