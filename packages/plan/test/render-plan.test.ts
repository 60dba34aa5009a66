import { type Plan, type PlanStep, renderPlan } from "@cspace/plan";
import { expect, test } from "vitest";

const plan = (...steps: PlanStep[]): Plan => ({ version: 1, steps });
const step = { kind: "file", path: "/etc/x", before: null, after: null, needsRoot: false } as const;

test("create, change and remove", () => {
  const lines = Array.from({ length: 12 }, (_, index) => `line ${index + 1}\n`);
  const rendered = renderPlan(
    plan(
      { ...step, kind: "directory", path: "/etc/resolver", after: "", needsRoot: true },
      {
        ...step,
        path: "/etc/resolver/cspace.local",
        after: "nameserver 127.0.0.1\nport 5300\n",
        needsRoot: true,
        mode: 0o644,
      },
      { ...step, path: "/etc/long", before: lines.join(""), after: lines.with(5, "other\n").join("") },
      { ...step, kind: "remove", path: "/etc/old", before: "gone" },
      { ...step, kind: "network", path: "docker:network/cspace-p", after: "internal\n" },
      { ...step, path: "/etc/link", target: "/run/real", before: "x\n", after: "x\n", mode: 0o600 },
    ),
  );
  expect(rendered).toMatchInlineSnapshot(`
    "create directory /etc/resolver (as root)

    create /etc/resolver/cspace.local (as root, mode 0644)
    +nameserver 127.0.0.1
    +port 5300

    change /etc/long
    @@ -3,7 +3,7 @@
     line 3
     line 4
     line 5
    -line 6
    +other
     line 7
     line 8
     line 9

    remove /etc/old
    -gone
    \\ No newline at end of file

    create network docker:network/cspace-p
    +internal

    change /etc/link -> /run/real (mode 0600)
    "
  `);
});

test("no steps", () => {
  expect(renderPlan(plan())).toBe("nothing to change\n");
});

test("content and paths cannot steer the terminal or read as another line", () => {
  const rendered = renderPlan(
    plan({ ...step, path: "/tmp/a\n+b", before: "a\r\nb\u001b[2J\n", after: "a\nb\u202e\tc\n" }),
  );
  expect(rendered).toMatchInlineSnapshot(`
    "change /tmp/a\\u000a+b
    @@ -1,2 +1,2 @@
    -a\\r
    -b\\u001b[2J
    +a
    +b\\u202e	c
    "
  `);
});

test("a command is what is run, not a thing that is made", () => {
  const command = { kind: "command", path: "service:dnsmasq", before: null, after: "systemctl restart dnsmasq\n" };
  expect(renderPlan(plan({ ...command, needsRoot: true }))).toMatchInlineSnapshot(`
    "run service:dnsmasq (as root)
    $ systemctl restart dnsmasq
    "
  `);
});
