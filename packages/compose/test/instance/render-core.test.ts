import { renderCore } from "@cspace/compose";
import { expect, test } from "vitest";

test("a project without a compose file becomes one service", async () => {
  const container = {
    image: "node:24",
    command: "npm run dev",
    ports: { "3000": "dev", "4173": "preview" },
    environment: { A: "1" },
  };
  expect(await renderCore(container, "/home/ada/redux")).toMatchInlineSnapshot(`
    "# Rendered by cspace from "container" in .cspace.json.
    services:
      app:
        image: node:24
        working_dir: /workspace
        command:
          - sh
          - -c
          - npm run dev
        environment:
          A: "1"
        init: true
        expose:
          - "3000"
          - "4173"
        volumes:
          - type: bind
            source: /home/ada/redux
            target: /workspace
    "
  `);
});

test("a command in parts is not given to a shell, and dollars stay dollars", async () => {
  const text = await renderCore({ image: "busybox", command: ["echo", "$HOME"], ports: {} }, "/home/$ada");
  expect(text).toContain("- $$HOME");
  expect(text).toContain("source: /home/$$ada");
  expect(text).not.toContain("sh");
});

test("what the settings say of image and environment is taken to the letter", async () => {
  const text = await renderCore({ image: "node:$TAG", ports: {}, environment: { PRICE: "$5" } }, "/home/ada");
  expect(text).toContain("image: node:$$TAG");
  expect(text).toContain("PRICE: $$5");
});
