import type { SleeperNames } from "@cspace/compose";

/** What an instance is found by, and its pin is called: a router's name as well. */
export const sleepKey = ({ project, instance }: SleeperNames): string => `${instance}--${project}`;
