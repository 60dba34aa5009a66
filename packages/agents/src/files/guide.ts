/** What every harness is told, in its own form. */
export const guide = `This project runs with cspace: every directory (worktree, clone) has its own running copy, an "instance", and each
service of it a hostname of its own, http://<label>.<instance>.<project>.<domain>.

- Start the copy of this directory, or reconnect to it: \`cspace up --json\`. It gives the URL of every route. Run it again whenever in doubt.
- One URL: \`cspace url <label>\`. Use it as it is. Never guess a port, and never start a server on a port of your own: other copies run too.
- Is that URL really my code? \`cspace verify <label>\` ends with 0 when it is served by this directory and by what is on disk now, else with 1 and
  the reason. Ask before you trust what a browser shows, and after changes.
- What it prints: \`cspace logs <label> --tail 50\`. After a change that the server does not pick up: \`cspace restart <label>\`, or after a change to
  an image \`cspace up --build\`.
- A command beside the app, in its container or its directory: \`cspace exec <label> -- <command>\`. URLs for tests: \`cspace env\`.
- Something is wrong: \`cspace doctor <label>\` names it, and what to type.
- Only ever touch the instance of this directory. \`cspace down\` removes it and keeps its data; leave \`--volumes\`, \`--all\`, \`cspace proxy\`, \`cspace init\`
  and \`cspace uninstall\` to people.
- Where the network is closed to you, the tools of the MCP server \`cspace\` (up, url, request, logs, restart, verify, ...) do the same from outside.
`;

/** What says that a file, or a part of one, is cspace's. */
export const mark = "written by `cspace agents install`; taken out by `cspace agents uninstall`";

/** When to read it, for those who choose by that. */
export const description =
  "How to start, reach, verify, log and restart the running copy of this project. Read before starting a dev server, opening a URL of the app, or testing in a browser.";
