import { PassThrough } from "node:stream";
import type { Plan } from "@cspace/plan";
import { describe, expect, test } from "vitest";
import type { Context, GlobalFlags } from "../../src/context.ts";
import { CommandFailure } from "../../src/output/command-failure.ts";
import { Output } from "../../src/output/output.ts";
import { confirmPlans, type Proposal } from "../../src/prompts/confirm-plans.ts";

const empty: Plan = { version: 1, steps: [] };
const settings: Plan = {
  version: 1,
  steps: [{ kind: "file", path: "/src/.cspace.json", before: null, after: "{}\n", needsRoot: false }],
};
const rule: Plan = {
  version: 1,
  steps: [{ kind: "remove", path: "/etc/dnsmasq.d/cspace.conf", before: "x\n", after: null, needsRoot: true }],
};
const propose = (plan: Plan, title = "the machine"): Proposal => ({ plan, title, question: `Change ${title}?` });

interface Asked {
  readonly answers: Promise<boolean[]>;
  readonly err: () => string;
  readonly type: (keys: string) => void;
  readonly interrupt: () => void;
}

function ask(
  proposals: readonly Proposal[],
  options: { flags?: Partial<GlobalFlags>; terminal?: boolean; isRoot?: boolean } = {},
): Asked {
  const { flags = {}, terminal = false, isRoot = false } = options;
  const written: string[] = [];
  const stderr = { write: (text: string) => written.push(text) };
  const [input, output] = [new PassThrough(), new PassThrough()];
  output.on("data", (chunk) => written.push(String(chunk)));
  const interrupted = new AbortController();
  const context = {
    flags: { yes: false, ...flags },
    isRoot,
    signal: interrupted.signal,
    terminal: terminal ? { input, output } : undefined,
    output: new Output({
      stdout: stderr,
      stderr,
      json: flags.json === true,
      quiet: flags.quiet === true,
      color: false,
    }),
  } as unknown as Context;
  return {
    answers: confirmPlans(context, proposals),
    err: () => written.join(""),
    type: (keys) => void input.write(keys),
    interrupt: () => interrupted.abort(),
  };
}

const failureOf = (asked: Asked): Promise<CommandFailure> =>
  asked.answers.then(
    () => Promise.reject(new Error("it was agreed to")),
    (error: unknown) => (error instanceof CommandFailure ? error : Promise.reject(error)),
  );

test("nothing to change is agreed to, without a word", async () => {
  const asked = ask([propose(empty), propose(empty)]);
  expect(await asked.answers).toEqual([true, true]);
  expect(asked.err()).toBe("");
});

describe("without a terminal", () => {
  test("nothing is agreed to: the whole plan and the commands that need root, for people", async () => {
    const asked = ask([propose(settings, "the project"), propose(rule)]);
    const { cause, data } = await failureOf(asked);
    expect(cause).toMatchObject({ code: "CSPACE_CONFIRMATION_NEEDED", hint: expect.stringContaining("--yes") });
    expect(data).toEqual({
      plan: { version: 1, steps: [...settings.steps, ...rule.steps] },
      commands: ["sudo rm -f /etc/dnsmasq.d/cspace.conf"],
    });
    expect(asked.err()).toMatchInlineSnapshot(`
      "the project

      create /src/.cspace.json
      +{}

      the machine

      remove /etc/dnsmasq.d/cspace.conf (as root)
      -x

      by hand, in this order:

        sudo rm -f /etc/dnsmasq.d/cspace.conf

      "
    `);
  });

  test("as data alone with --json, and without sudo for root", async () => {
    const asked = ask([propose(rule)], { flags: { json: true }, isRoot: true });
    expect((await failureOf(asked)).data).toMatchObject({ commands: ["rm -f /etc/dnsmasq.d/cspace.conf"] });
    expect(asked.err()).toBe("");
  });

  test("--yes agrees to all, and it is shown unless --quiet", async () => {
    const asked = ask([propose(settings), propose(rule)], { flags: { yes: true } });
    expect(await asked.answers).toEqual([true, true]);
    expect(asked.err()).toContain("remove /etc/dnsmasq.d/cspace.conf (as root)\n");
    const quiet = ask([propose(rule)], { flags: { yes: true, quiet: true } });
    expect([await quiet.answers, quiet.err()]).toEqual([[true], ""]);
  });
});

describe("on a terminal", () => {
  const until = async (asked: Asked, text: string): Promise<void> => {
    while (!asked.err().includes(text)) await new Promise((done) => setTimeout(done, 5));
  };

  test("each proposal is shown, then asked about; one without steps is not", async () => {
    const asked = ask([propose(settings, "the project"), propose(empty), propose(rule)], { terminal: true });
    await until(asked, "Change the project?");
    expect(asked.err()).not.toContain("dnsmasq");
    asked.type("n");
    await until(asked, "Change the machine?");
    expect(asked.err()).toContain("remove /etc/dnsmasq.d/cspace.conf (as root)\n");
    asked.type("y");
    expect(await asked.answers).toEqual([false, true, true]);
  });

  test("Ctrl-C and a signal break it off", async () => {
    const typed = ask([propose(rule)], { terminal: true });
    await until(typed, "Change the machine?");
    typed.type("\u0003");
    await expect(typed.answers).rejects.toMatchObject({ code: "CSPACE_INTERRUPTED", hint: "nothing is changed" });
    const signalled = ask([propose(rule)], { terminal: true });
    await until(signalled, "Change the machine?");
    signalled.interrupt();
    await expect(signalled.answers).rejects.toMatchObject({ code: "CSPACE_INTERRUPTED" });
  });
});
