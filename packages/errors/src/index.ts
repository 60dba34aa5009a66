export { CspaceError, type CspaceErrorOptions, isCspaceError } from "./cspace-error.ts";
