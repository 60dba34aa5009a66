export { type BuildInstanceLabelsInput, buildInstanceLabels } from "./build-instance-labels.ts";
export { type BuildLabelsOptions, buildLabels } from "./build-labels.ts";
export { labelKeys, labelSpec } from "./label-keys.ts";
export type { LabelledRoute, Scheme } from "./labelled-route.ts";
export type { LabelsErrorCode } from "./labels-error-code.ts";
export { buildMark, markHeader } from "./mark.ts";
export { type InstanceLabels, parseInstanceLabels } from "./parse-instance-labels.ts";
export { parseLabels } from "./parse-labels.ts";
