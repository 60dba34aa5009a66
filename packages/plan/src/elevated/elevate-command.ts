import { powershell, type StepCommand } from "./step-commands.ts";

/**
 * The command with the rights of root: behind `sudo` (or what else `elevate` names), on Windows by the question that
 * `Start-Process -Verb RunAs` asks. Pure.
 *
 * @see https://learn.microsoft.com/powershell/module/microsoft.powershell.management/start-process
 */
export function elevateCommand(command: StepCommand, elevate: readonly string[]): StepCommand {
  if (command.file === "powershell.exe") return elevateScript(command.args.at(-1) ?? "");
  const [program, ...words] = elevate;
  if (program === undefined) return command;
  return { ...command, file: program, args: [...words, command.file, ...command.args] };
}

/** Encoded, since a script within an argument within a script cannot be quoted in any readable way. */
function elevateScript(script: string): StepCommand {
  const encoded = Buffer.from(`$ErrorActionPreference = 'Stop'; ${script}`, "utf16le").toString("base64");
  return powershell(
    "$p = Start-Process powershell.exe -Verb RunAs -Wait -PassThru -WindowStyle Hidden " +
      `-ArgumentList '-NoProfile', '-NonInteractive', '-EncodedCommand', '${encoded}'; exit $p.ExitCode`,
  );
}
