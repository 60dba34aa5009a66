/** Where a browser is to be opened. */
export interface BrowserPlace {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Why no browser can be opened here, in words that follow "not opened: "; `undefined` where it can be tried. Pure.
 *
 * Over SSH a browser would open on the other machine, or nowhere.
 */
export function whyNoBrowser({ platform, env }: BrowserPlace): string | undefined {
  const isSet = (name: string): boolean => (env[name] ?? "") !== "";
  if (["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"].some(isSet)) return "this is a session over SSH";
  if (platform === "darwin" || platform === "win32" || platform === "android") return undefined;
  // Windows opens it, with or without a display of Linux.
  if (platform === "linux" && ["WSL_DISTRO_NAME", "WSL_INTEROP"].some(isSet)) return undefined;
  if (["DISPLAY", "WAYLAND_DISPLAY"].some(isSet)) return undefined;
  return "there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set)";
}
