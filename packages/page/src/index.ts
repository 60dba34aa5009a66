export { type CreatePageOptions, createPage, type PageAnswer } from "./create-page.ts";
export {
  keyOf,
  type PageAction,
  type PageData,
  type PageEvent,
  type PageFinding,
  type PageInstance,
  type PageLogLine,
  type PageRoute,
  type PageState,
  type PageVariable,
  type PageView,
} from "./model.ts";
