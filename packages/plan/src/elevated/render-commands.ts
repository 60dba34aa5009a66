import type { Plan } from "../plan.ts";
import { type MoreCommands, type StepCommand, stepCommands } from "./step-commands.ts";

/** Options of {@link renderCommands}. */
export interface RenderCommandsOptions {
  /** What gives a command the rights of root. @default ["sudo"] */
  readonly elevate?: readonly string[];
  /** For steps of other kinds. @default none */
  readonly commands?: MoreCommands;
}

/**
 * The commands of a plan as a person types them: the very ones that `applyElevatedPlan` runs, for a POSIX shell, or for
 * PowerShell run as administrator. Pure.
 *
 * @example
 * ```ts
 * renderCommands(plan);
 * //=> ["sudo mkdir -m 0755 /etc/resolver", "printf 'nameserver 127.0.0.1\\n' | sudo tee ...", ...]
 * ```
 */
export function renderCommands(plan: Plan, options: RenderCommandsOptions = {}): string[] {
  const { elevate = ["sudo"], commands: more = {} } = options;
  const commands = plan.steps.filter(({ needsRoot }) => needsRoot).flatMap((step) => stepCommands(step, more));
  const lines = (list: readonly StepCommand[]): string[] => list.map((command) => renderCommand(command, elevate));
  const windows = commands.filter(isPowershell);
  return [
    ...lines(commands.filter((command) => !isPowershell(command))),
    ...(windows.length === 0 ? [] : ["# in PowerShell, as administrator:", ...lines(windows)]),
  ];
}

const isPowershell = ({ file }: StepCommand): boolean => file === "powershell.exe";

function renderCommand(command: StepCommand, elevate: readonly string[]): string {
  const { file, args, input } = command;
  if (isPowershell(command)) return args.at(-1) ?? "";
  const line = [...elevate, file, ...args].map(quote).join(" ");
  return input === undefined ? line : `printf '%b' ${quote(escapeText(input))} | ${line} >/dev/null`;
}

/** XCU 2.2.2 of POSIX: within single quotes every character stands for itself. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** For `printf %b`: one line that cannot steer a terminal, whatever the text. */
function escapeText(text: string): string {
  return text
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replace(/\p{Cc}/gu, (character) => `\\0${character.charCodeAt(0).toString(8).padStart(3, "0")}`);
}
