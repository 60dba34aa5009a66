/** The part of JSON Schema (draft 2020-12) that describes the settings, and that `checkNode` understands. */
export type JsonSchema =
  | RefSchema
  | AnyOfSchema
  | StringSchema
  | IntegerSchema
  | BooleanSchema
  | ArraySchema
  | ObjectSchema;

interface Described {
  readonly title?: string;
  readonly description?: string;
}

/** The definition `#/$defs/<name>`; a description beside it is for the reader of an editor. */
export interface RefSchema extends Described {
  readonly $ref: `#/$defs/${string}`;
}

/** What one of several schemas allows. */
export interface AnyOfSchema extends Described {
  readonly anyOf: readonly JsonSchema[];
}

/** A text; `maxLength` in characters. */
export interface StringSchema extends Described {
  readonly type: "string";
  readonly pattern?: string;
  readonly maxLength?: number;
}

/** A whole number, the bounds included. */
export interface IntegerSchema extends Described {
  readonly type: "integer";
  readonly minimum: number;
  readonly maximum: number;
}

/** True or false. */
export interface BooleanSchema extends Described {
  readonly type: "boolean";
}

/** A list. */
export interface ArraySchema extends Described {
  readonly type: "array";
  readonly items: JsonSchema;
  readonly minItems?: number;
}

/** An object; keys beside `properties` are refused, or have the schema of `additionalProperties`. */
export interface ObjectSchema extends Described {
  readonly type: "object";
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties: false | JsonSchema;
}

/** A whole schema: an object, and the definitions that its parts refer to. */
export interface RootSchema extends ObjectSchema {
  readonly $schema: string;
  readonly $defs: Readonly<Record<string, JsonSchema>>;
}
