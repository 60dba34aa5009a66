import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { firefoxFolders } from "@cspace/trust";

/** One profile of a browser. */
export interface BrowserProfile {
  readonly name: string;
  readonly kind: "chromium" | "firefox";
  readonly folder: string;
  /** Of Chromium and its kind: the folder of all profiles, which has settings of its own. */
  readonly userData: string;
}

/** Where the user's folders are. */
export interface UserFolders {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
}

/** @see https://chromium.googlesource.com/chromium/src/+/HEAD/docs/user_data_dir.md */
const chromium: Readonly<Record<"linux" | "darwin" | "win32", readonly (readonly [name: string, folder: string])[]>> = {
  linux: [
    ["Chrome", ".config/google-chrome"],
    ["Chromium", ".config/chromium"],
    ["Chromium", "snap/chromium/common/chromium"],
    ["Edge", ".config/microsoft-edge"],
    ["Brave", ".config/BraveSoftware/Brave-Browser"],
  ],
  darwin: [
    ["Chrome", "Google/Chrome"],
    ["Chromium", "Chromium"],
    ["Edge", "Microsoft Edge"],
    ["Brave", "BraveSoftware/Brave-Browser"],
  ],
  win32: [
    ["Chrome", "Google/Chrome/User Data"],
    ["Chromium", "Chromium/User Data"],
    ["Edge", "Microsoft/Edge/User Data"],
    ["Brave", "BraveSoftware/Brave-Browser/User Data"],
  ],
};

/** @see https://support.mozilla.org/en-US/kb/profiles-where-firefox-stores-user-data */
const firefox: Readonly<Record<"linux" | "darwin" | "win32", readonly string[]>> = {
  linux: firefoxFolders,
  darwin: ["Firefox/Profiles"],
  win32: ["Mozilla/Firefox/Profiles"],
};

/** Every profile of the browsers that cspace knows; none on other platforms. */
export async function findProfiles({ platform, home, env }: UserFolders): Promise<BrowserProfile[]> {
  if (platform !== "linux" && platform !== "darwin" && platform !== "win32") return [];
  const bases = {
    linux: [home, home],
    darwin: [join(home, "Library/Application Support"), join(home, "Library/Application Support")],
    win32: [env.LOCALAPPDATA ?? join(home, "AppData/Local"), env.APPDATA ?? join(home, "AppData/Roaming")],
  } as const;
  const [chromiumBase, firefoxBase] = bases[platform];
  const chromiums = chromium[platform].map(async ([name, folder]) => {
    const userData = join(chromiumBase, folder);
    const profiles = (await readdir(userData).catch(() => [])).filter((one) => /^(Default|Profile \d+)$/.test(one));
    return profiles.sort().map((profile): BrowserProfile => {
      const shown = profile === "Default" ? name : `${name}, the profile ${profile}`;
      return { name: shown, kind: "chromium", folder: join(userData, profile), userData };
    });
  });
  const firefoxes = firefox[platform].map(async (folder) => {
    const userData = join(firefoxBase, folder);
    const entries = await readdir(userData, { withFileTypes: true }).catch(() => []);
    const profiles = entries.filter((entry) => entry.isDirectory() && entry.name.includes("."));
    return profiles.map(({ name }): BrowserProfile => {
      return { name: `Firefox, the profile ${name}`, kind: "firefox", folder: join(userData, name), userData };
    });
  });
  return (await Promise.all([...chromiums, ...firefoxes])).flat();
}
