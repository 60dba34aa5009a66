/** A failure together with what is known of it: the instance and the steps that were taken. */
export class CommandFailure extends Error {
  readonly data: object;

  constructor(cause: unknown, data: object) {
    super("the command failed", { cause });
    this.data = data;
  }
}
