import { expect, test } from "vitest";
import { bin, until } from "./harness.ts";
import { dev, open, type UpDocument, useHostMachine } from "./host-machine.ts";
import { hasScript } from "./private-machine.ts";

const { json, project, startInTerminal } = useHostMachine();

const down = `${process.execPath} ${bin} down --all`;

test.skipIf(!hasScript)(
  "on a terminal all volumes go only after a yes (needs util-linux's script)",
  async () => {
    const shop = project("shop", dev);
    const { instance } = await json<UpDocument>(shop, "up");
    const url = instance.routes[0]?.browserUrl ?? "";

    const no = startInTerminal(`${down} --volumes; echo "code $?"`, shop);
    await until(15_000, async () => no.text().includes("Remove all of it?"));
    expect(no.text()).toContain("mercury");
    no.type("n");
    await until(5000, async () => no.text().includes("code 1"));
    expect(no.text()).toContain("(CSPACE_DECLINED)");
    expect(await open(url)).toMatch(/^dev mercury/);

    const yes = startInTerminal(`${down} --volumes; echo "code $?"`, shop);
    await until(15_000, async () => yes.text().includes("Remove all of it?"));
    yes.type("y");
    await until(15_000, async () => yes.text().includes("code 0"));
    expect(await json(shop, "list")).toMatchObject({ instances: [] });

    await json(shop, "up");
    const unasked = startInTerminal(`${down} --volumes --yes; ${down}; echo "code $?"`, shop);
    await until(15_000, async () => unasked.text().includes("code 0"));
    expect(unasked.text()).not.toContain("Remove all of it?");
  },
  60_000,
);
