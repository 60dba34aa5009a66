/** Closes a run with what was skipped, by name, and one line that any tool can read, totalled over all packages. */
export default class TotalReporter {
  onTestRunEnd(modules) {
    const count = { passed: 0, failed: 0, skipped: 0 };
    const skipped = [];
    for (const module of modules) {
      if (module.errors().length > 0) count.failed += 1;
      const tests = [...module.children.allTests()];
      for (const test of tests) {
        const { state } = test.result();
        count[state === "passed" || state === "failed" ? state : "skipped"] += 1;
      }
      skipped.push(...namesOfSkipped(module, tests));
    }
    process.on("exit", () => {
      if (skipped.length > 0) process.stdout.write(`\nskipped:\n${skipped.map((line) => `  ${line}\n`).join("")}`);
      process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
    });
  }
}

/** A line for each group of tests that were all skipped, and for each other test that was. */
function namesOfSkipped(module, tests) {
  const groups = new Map();
  for (const test of tests) {
    const name = test.parent.type === "suite" ? outermost(test.parent).name : test.name;
    const group = groups.get(name) ?? { skipped: 0, all: 0 };
    groups.set(name, { skipped: group.skipped + (test.result().state === "skipped" ? 1 : 0), all: group.all + 1 });
  }
  return [...groups]
    .filter(([, group]) => group.skipped > 0)
    .map(([name, group]) => `${module.relativeModuleId}: ${name} (${group.skipped} of ${group.all})`);
}

function outermost(suite) {
  return suite.parent.type === "suite" ? outermost(suite.parent) : suite;
}
