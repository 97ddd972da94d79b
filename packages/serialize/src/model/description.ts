/** A variable that a function captures. */
export interface VariableDescription {
  readonly name: string;
  readonly value: unknown;
  readonly isAssigned: boolean;
  readonly scope: string | undefined;
  /** Whether the other side finds it by name. */
  readonly isReference: boolean;
}

/** What a function is, for people. */
export interface FunctionDescription {
  readonly name: string;
  /** How the other side finds it by name; `undefined` where its code is sent. */
  readonly reference: string | undefined;
  readonly place: string | undefined;
  readonly length: number;
  readonly variables: readonly VariableDescription[];
}
