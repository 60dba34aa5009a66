export { expect } from "@playwright/test";
export { type CspaceFixtures, type CspaceOptions, test } from "./test.ts";
