export { type CreateAnswerOptions, createAnswer } from "./create-answer.ts";
