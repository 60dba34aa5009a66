/** Words that other tools have for what is done by one of ours; the line is what to type. */
const elsewhere: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["ps", "build", "pull", "top", "cp", "attach", "config", "kill", "pause"].map((word) => [
      word,
      `Docker Compose does that, on this instance: cspace compose ${word}`,
    ]),
  ),
  ls: "it is called: cspace list",
  status: "see what runs: cspace list; the proxy: cspace proxy status",
  ssh: "a shell in what serves a label: cspace exec <label>",
  shell: "a shell in what serves a label: cspace exec <label>",
  bash: "a shell in what serves a label: cspace exec <label>",
  rm: "it is called: cspace down",
  remove: "it is called: cspace down",
  delete: "it is called: cspace down",
  destroy: "with its data: cspace down --volumes",
  prune: "see what is left of directories that are gone: cspace gc",
  clean: "see what is left of directories that are gone: cspace gc",
  dev: "start all that there is: cspace up",
  serve: "start all that there is: cspace up",
};

/** What to type in place of a command that there is not; `undefined` where nothing is known. */
export function findWord(command: string): string | undefined {
  return Object.hasOwn(elsewhere, command) ? elsewhere[command] : undefined;
}
