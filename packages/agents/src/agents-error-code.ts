/** Every code that `@cspace/agents` throws, beside those of the packages that it stands on. */
export type AgentsErrorCode = "CSPACE_AGENT_FILE_INVALID" | "CSPACE_NOT_YOURS" | "CSPACE_REQUEST_REFUSED";
