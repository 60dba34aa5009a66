export type { AgentsErrorCode } from "./agents-error-code.ts";
export type { AgentFileState, Harness } from "./files/agent-file.ts";
export type { AgentFacts } from "./files/agent-files.ts";
export { type AgentsRecord, readAgentsRecords, writeAgentsRecord } from "./files/agents-record.ts";
export {
  type AgentFileReport,
  type AgentsPlan,
  type PlanAgentsOptions,
  planAgents,
  planAgentsRemoval,
  readAgents,
} from "./files/plan-agents.ts";
export { createMcpServer, type McpServerOptions } from "./mcp/create-server.ts";
export { type ServeMcpOptions, serveMcp } from "./mcp/serve-mcp.ts";
