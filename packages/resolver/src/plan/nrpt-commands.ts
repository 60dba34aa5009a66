import { type MoreCommands, type PlanStep, powershell } from "@cspace/plan";

/** The programs that make a step of the Name Resolution Policy Table. */
export const nrptCommands: MoreCommands = { nrpt: (step) => [powershell(nrptScript(step))] };

/** `Add-DnsClientNrptRule`, https://learn.microsoft.com/powershell/module/dnsclient/add-dnsclientnrptrule */
function nrptScript({ path, before, after }: PlanStep): string {
  const namespace = path.slice("nrpt:".length);
  const remove =
    `Get-DnsClientNrptRule | Where-Object { $_.Namespace -eq '${namespace}' -and $_.Comment -eq 'cspace' } | ` +
    "Remove-DnsClientNrptRule -Force";
  const add = `Add-DnsClientNrptRule -Namespace '${namespace}' -NameServers '${after?.trim()}' -Comment 'cspace'`;
  return [...(before === null ? [] : [remove]), ...(after === null ? [] : [add])].join("; ");
}
