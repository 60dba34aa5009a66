/** What a command returns to end with an exit code of its own: that of a program which it ran, or of what it found. */
export class ExitWith {
  readonly code: number;
  /** What is printed before. @default nothing */
  readonly document: object | undefined;

  constructor(code: number, document?: object) {
    this.code = code;
    this.document = document;
  }
}
