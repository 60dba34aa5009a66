/** Something that could not be read, in the words of whoever failed. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}
