import { readMachineConfig } from "@cspace/compose";
import { findDaemon } from "@cspace/daemon";
import type { BrowsersEvidence } from "@cspace/doctor";
import { readSecure } from "../../https/read-secure.ts";
import { openHost } from "../../machine/open-host.ts";
import { readHostnames } from "../../names/read-hostnames.ts";
import type { Reading } from "../reading.ts";
import { findProfiles } from "./find-profiles.ts";
import { readChromium } from "./read-chromium.ts";
import { readFirefox } from "./read-firefox.ts";
import { readSystemProxy } from "./read-system-proxy.ts";

/** What keeps browsers of this user from names of this machine; nothing else that they know is looked at. */
export async function readBrowsers({ context, paths, timeoutMs }: Reading): Promise<BrowsersEvidence> {
  const { platform, env, signal } = context;
  const [{ domains }, host, daemon] = await Promise.all([
    readMachineConfig(paths),
    openHost(context),
    findDaemon({ ...context, timeoutMs: Math.min(2000, timeoutMs) }).catch(() => undefined),
  ]);
  const [names, profiles, system, secure] = await Promise.all([
    readHostnames(host.machine, { domains, held: daemon?.status.instances ?? [] }),
    findProfiles({ platform, env, home: env.HOME ?? env.USERPROFILE ?? "/" }),
    readSystemProxy(platform, { signal }),
    readSecure(context, paths, 443),
  ]);
  const known = [...domains, ...names];
  return {
    browsers: await Promise.all(
      profiles.map((profile) => (profile.kind === "chromium" ? readChromium : readFirefox)(profile, known)),
    ),
    system,
    domains,
    isSecure: secure?.trusted.browser === true,
  };
}
