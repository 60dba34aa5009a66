import { join, posix } from "node:path";

/** What is started for a user who logs in. */
export interface LoginProgram {
  /** The program, and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** The variables that it needs: a session has few of its own. */
  readonly env: Readonly<Record<string, string>>;
}

/** Where the system keeps what starts at a login, and what stands there. */
export interface LoginItem {
  /** The folders that have to be there, outermost first. */
  readonly folders: readonly string[];
  readonly file: { readonly path: string; readonly text: string };
  /** Where a symbolic link has to lead to the file, by a relative path. */
  readonly link?: { readonly path: string; readonly to: string };
  /** The name of a scheduled task that is made from the file. */
  readonly task?: string;
}

/** Who logs in, and where. */
export interface LoginPlace {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** cspace's own folder. */
  readonly cspaceHome: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Describes what starts a program at a login: a unit of the user's systemd on Linux, a launch agent on macOS, a scheduled task
 * on Windows. The program is to return, and what it has started goes on. Pure.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
 * @see https://developer.apple.com/library/archive/documentation/MacOSX/Conceptual/BPSystemStartup/Chapters/CreatingLaunchdJobs.html
 * @see https://learn.microsoft.com/windows/win32/taskschd/logon-trigger-example--xml-
 */
export function describeLoginItem(program: LoginProgram, place: LoginPlace): LoginItem {
  const { platform, home, cspaceHome, env } = place;
  if (platform === "win32") {
    const path = join(cspaceHome, "login-task.xml");
    return { folders: [cspaceHome], file: { path, text: renderTask(program, env) }, task: "cspace" };
  }
  if (platform === "darwin") {
    const folder = posix.join(home, "Library/LaunchAgents");
    return { folders: [folder], file: { path: posix.join(folder, `${agent}.plist`), text: renderAgent(program) } };
  }
  const config = env.XDG_CONFIG_HOME || posix.join(home, ".config");
  const folder = posix.join(config, "systemd/user");
  const wants = posix.join(folder, "default.target.wants");
  return {
    folders: [config, posix.join(config, "systemd"), folder, wants],
    file: { path: posix.join(folder, unit), text: renderUnit(program) },
    link: { path: posix.join(wants, unit), to: `../${unit}` },
  };
}

const unit = "cspace.service";
const agent = "dev.cspace.login";

function renderUnit({ command, env }: LoginProgram): string {
  return `[Unit]
Description=cspace: what ran before, and what sleeps

[Service]
# It starts what goes on, and returns; that goes on with the session.
Type=oneshot
RemainAfterExit=yes
KillMode=process
${Object.entries(env)
  .map(([name, value]) => `Environment=${quoteUnit(`${name}=${value}`)}\n`)
  .join("")}ExecStart=${command.map(quoteUnit).join(" ")}

[Install]
WantedBy=default.target
`;
}

/** systemd.syntax(7), "Quoting"; `%` begins a specifier, `$` a variable. */
function quoteUnit(word: string): string {
  return `"${word.replace(/[\\"]/g, "\\$&").replace(/[%$]/g, "$&$&").replaceAll("\n", "\\n")}"`;
}

function renderAgent({ command, env }: LoginProgram): string {
  const text = (value: string): string => `<string>${escapeXml(value)}</string>`;
  const variables = Object.entries(env).map(([name, value]) => `    <key>${escapeXml(name)}</key>${text(value)}`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>${text(agent)}
  <key>ProgramArguments</key>
  <array>
${command.map((word) => `    ${text(word)}`).join("\n")}
  </array>
  <key>EnvironmentVariables</key>
  <dict>
${variables.join("\n")}
  </dict>
  <key>RunAtLoad</key><true/>
  <key>AbandonProcessGroup</key><true/>
</dict>
</plist>
`;
}

function renderTask({ command: [file, ...args] }: LoginProgram, env: NodeJS.ProcessEnv): string {
  const user = env.USERDOMAIN === undefined ? env.USERNAME : `${env.USERDOMAIN}\\${env.USERNAME}`;
  return `<?xml version="1.0"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers><LogonTrigger><UserId>${escapeXml(user ?? "")}</UserId></LogonTrigger></Triggers>
  <Principals><Principal id="Author"><LogonType>InteractiveToken</LogonType><RunLevel>LeastPrivilege</RunLevel></Principal></Principals>
  <Settings>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Hidden>true</Hidden>
  </Settings>
  <Actions Context="Author">
    <Exec><Command>${escapeXml(file)}</Command><Arguments>${escapeXml(args.map(quoteWindows).join(" "))}</Arguments></Exec>
  </Actions>
</Task>
`;
}

/** https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments */
function quoteWindows(word: string): string {
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, "$&$&")}"`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
