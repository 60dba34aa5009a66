import { expect, test } from "vitest";
import { runCommand } from "../src/run-command.ts";

test("it gives the output and the exit code", async () => {
  const script = "process.stdout.write('out'); process.exitCode = Number(process.argv[1])";
  expect(await runCommand(process.execPath, ["-e", script, "0"])).toEqual({ exitCode: 0, stdout: "out" });
  expect(await runCommand(process.execPath, ["-e", script, "3"])).toEqual({ exitCode: 3, stdout: "out" });
});

test("a program that does not exist rejects", async () => {
  await expect(runCommand("/cspace-no-such-program", [])).rejects.toMatchObject({ code: "ENOENT" });
});
