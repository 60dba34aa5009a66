/** What a command returns to end with an exit code that is not its own: that of a program which it ran. */
export class ExitWith {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}
