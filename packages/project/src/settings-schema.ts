import { idlePattern } from "./idle-time.ts";
import type { RootSchema } from "./json-schema.ts";

const wellKnown = "Whether cspace tells at /.well-known/cspace who answers, in place of the app. Default: true.";

/**
 * The JSON schema (draft 2020-12) of `.cspace.json`: what editors read, and what `checkSettings` checks the file by, so
 * the two cannot differ. It knows nothing of the rules between parts, such as a label that is written in two places.
 *
 * The description of a definition of one value completes the sentence "must be ..."; every other one is for editors.
 *
 * @example
 * ```ts
 * settingsSchema.$schema; //=> "https://json-schema.org/draft/2020-12/schema"
 * ```
 */
export const settingsSchema: RootSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "cspace project settings",
  description:
    "What cspace knows of this project: its name, its compose files, and the label of everything people open.",
  type: "object",
  properties: {
    $schema: { $ref: "#/$defs/text", description: "The JSON schema that an editor checks this file with." },
    project: { $ref: "#/$defs/text", description: "The project's name. Default: the directory of the main worktree." },
    compose: {
      description: "Compose files, in the order Compose merges them. Default: the standard names.",
      type: "array",
      items: { $ref: "#/$defs/text" },
      minItems: 1,
    },
    copy: {
      description: "Files that a linked worktree gets from the main checkout where it has none, such as .env.",
      type: "array",
      items: { $ref: "#/$defs/path" },
    },
    routes: {
      description: "By label: where each thing that people open is served. Default: every port of every service.",
      type: "object",
      propertyNames: { $ref: "#/$defs/label" },
      additionalProperties: { $ref: "#/$defs/route" },
    },
    https: {
      $ref: "#/$defs/https",
      description: '"redirect" sends requests over HTTP on to HTTPS. Default: both are served.',
    },
    trust: {
      $ref: "#/$defs/yesOrNo",
      description: "Whether containers and processes trust this machine's certificates. Default: true.",
    },
    idle: {
      $ref: "#/$defs/idle",
      description: "How long nobody uses an instance until it goes to sleep. Default: as the machine's settings say.",
    },
    sleep: {
      $ref: "#/$defs/sleep",
      description: 'How containers sleep: "stop" ends them, "pause" freezes them in memory. Default: "stop".',
    },
    container: { $ref: "#/$defs/container", description: "One container, where there is no compose file." },
    processes: {
      description: "By label: processes of the host that cspace starts.",
      type: "object",
      propertyNames: { $ref: "#/$defs/label" },
      additionalProperties: { $ref: "#/$defs/process" },
    },
  },
  additionalProperties: false,
  $defs: {
    route: {
      description: 'an object with "service" and "port", or one with "process"',
      anyOf: [{ $ref: "#/$defs/serviceRoute" }, { $ref: "#/$defs/processRoute" }],
    },
    serviceRoute: {
      type: "object",
      properties: {
        service: { $ref: "#/$defs/service", description: "The service of the compose file that serves it." },
        port: { $ref: "#/$defs/port", description: "The port inside the container." },
        scheme: {
          $ref: "#/$defs/scheme",
          description: "What the service speaks there. Default: what it turns out to.",
        },
        sticky: { $ref: "#/$defs/yesOrNo", description: "Whether a client stays with one of several containers." },
        wellKnown: { $ref: "#/$defs/yesOrNo", description: wellKnown },
        env: { $ref: "#/$defs/envNames" },
      },
      required: ["service", "port"],
      additionalProperties: false,
    },
    processRoute: {
      type: "object",
      properties: {
        process: { $ref: "#/$defs/label", description: "The process, of `processes`, that serves it." },
        wellKnown: { $ref: "#/$defs/yesOrNo", description: wellKnown },
        env: { $ref: "#/$defs/envNames" },
      },
      required: ["process"],
      additionalProperties: false,
    },
    container: {
      type: "object",
      properties: {
        image: { $ref: "#/$defs/text", description: "The image to run." },
        command: { $ref: "#/$defs/command", description: "What to run in it. Default: the image's own command." },
        ports: {
          description: "The label of every port inside the container.",
          type: "object",
          propertyNames: { $ref: "#/$defs/portName" },
          additionalProperties: { $ref: "#/$defs/label" },
        },
        environment: {
          description: "Environment variables of the container.",
          type: "object",
          propertyNames: { $ref: "#/$defs/envName" },
          additionalProperties: { $ref: "#/$defs/anyText" },
        },
      },
      required: ["image", "ports"],
      additionalProperties: false,
    },
    process: {
      type: "object",
      properties: {
        command: { $ref: "#/$defs/commandLine", description: "The command line that starts it." },
        cwd: { $ref: "#/$defs/path", description: "Where it runs. Default: where this file is." },
        restart: { $ref: "#/$defs/restart", description: "Whether it is started again when it ends. Default: no." },
        port: { $ref: "#/$defs/port", description: "The port it is to have. Default: a free one." },
      },
      required: ["command"],
      additionalProperties: false,
    },
    envNames: {
      description: "Environment variables that get the URL of this route, for browsers.",
      type: "array",
      items: { $ref: "#/$defs/envName" },
    },
    scheme: { description: '"http", "https" or "h2c"', type: "string", pattern: "^(https?|h2c)$" },
    https: { description: '"redirect"', type: "string", pattern: "^redirect$" },
    idle: { description: 'a time ("90s", "30m", "2h") or "never"', type: "string", pattern: idlePattern },
    sleep: { description: '"stop" or "pause"', type: "string", pattern: "^(stop|pause)$" },
    yesOrNo: { description: "true or false", type: "boolean" },
    anyText: { description: "a text in double quotes", type: "string" },
    text: { description: "a non-empty text", type: "string", pattern: "\\S" },
    // No program takes an argument, and no system a path, with a NUL in it.
    commandLine: { description: "a command line", type: "string", pattern: "^(?=[\\s\\S]*\\S)[^\\u0000]*$" },
    path: {
      description: "a path relative to this file",
      type: "string",
      pattern: "^(?![/~\\\\]|[A-Za-z]:)(?=.*\\S)[^\\u0000]*$",
    },
    restart: {
      description: '"always", "on-failure" or "no"',
      type: "string",
      pattern: "^(always|on-failure|no)$",
    },
    command: {
      description: "a command line, or a list of its words",
      anyOf: [{ $ref: "#/$defs/commandLine" }, { type: "array", items: { $ref: "#/$defs/anyText" }, minItems: 1 }],
    },
    label: {
      description: "a label (lower-case letters, digits and single dashes between them, at most 63 characters)",
      type: "string",
      pattern: "^[a-z0-9]+(-[a-z0-9]+)*$",
      maxLength: 63,
    },
    service: {
      description: 'the name of a service (letters, digits, ".", "_" and "-")',
      type: "string",
      pattern: "^[a-zA-Z0-9._-]+$",
    },
    port: { description: "a port (a whole number from 1 to 65535)", type: "integer", minimum: 1, maximum: 65535 },
    portName: {
      description: 'a port in double quotes ("1" to "65535")',
      type: "string",
      pattern: "^([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$",
    },
    envName: {
      description: 'the name of an environment variable (letters, digits and "_", no digit first)',
      type: "string",
      pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
    },
  },
};
