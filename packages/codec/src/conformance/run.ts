import type { Codec } from '../codec.js';
import { Bench } from './bench.js';
import { ConformanceError } from './conformance-error.js';
import { bufferRules } from './rules/buffers.js';
import { damageRules } from './rules/damage.js';
import { descriptionRules } from './rules/description.js';
import { limitRules } from './rules/limits.js';
import { oneShotRules } from './rules/one-shot.js';
import { reducerRules } from './rules/reducers.js';
import type { Rule } from './rules/rule.js';
import { sessionFailureRules } from './rules/session-failures.js';
import { sessionRules } from './rules/sessions.js';
import { trustRules } from './rules/trust.js';
import { valueRules } from './rules/values.js';

const RULES: readonly Rule[] = [
  ...descriptionRules,
  ...valueRules,
  ...oneShotRules,
  ...bufferRules,
  ...sessionRules,
  ...sessionFailureRules,
  ...reducerRules,
  ...trustRules,
  ...damageRules,
  ...limitRules,
];

/** One rule of the contract, ready to be run against a codec by any test framework. */
export interface ConformanceCase {
  /** The rule, as a sentence. */
  readonly rule: string;
  /** @throws ConformanceError that names the rule and what broke it. */
  run(): Promise<void>;
}

/**
 * The whole contract as test cases for one codec.
 *
 * @example
 * import { test } from 'node:test';
 * import { conformanceCases } from '@mp/codec/conformance';
 * import { myCodec } from './my-codec.js';
 *
 * for (const { rule, run } of conformanceCases(myCodec)) test(rule, run);
 */
export function conformanceCases(codec: Codec): readonly ConformanceCase[] {
  if (typeof codec !== 'object' || codec === null)
    throw new TypeError(`conformanceCases needs a codec; got ${String(codec)}.`);
  return RULES.map(({ rule, check }) => ({ rule, run: () => runRule(codec, rule, check) }));
}

/** What came of running the whole contract. */
export interface ConformanceReport {
  /** The rules that hold. */
  readonly passed: readonly string[];
  /** The rules that are broken. */
  readonly failures: readonly ConformanceError[];
}

/**
 * Runs the whole contract against a codec.
 *
 * @returns The rules that hold and those that are broken; it throws nothing.
 */
export async function checkCodec(codec: Codec): Promise<ConformanceReport> {
  const passed: string[] = [];
  const failures: ConformanceError[] = [];
  for (const { rule, run } of conformanceCases(codec)) {
    try {
      await run();
      passed.push(rule);
    } catch (error) {
      failures.push(error as ConformanceError);
    }
  }
  return { passed, failures };
}

async function runRule(codec: Codec, rule: string, check: Rule['check']): Promise<void> {
  try {
    await withinTime(rule, check(new Bench(codec, rule)));
  } catch (error) {
    if (error instanceof ConformanceError) throw error;
    throw new ConformanceError(
      rule,
      `The codec threw what it should not: ${error instanceof Error ? error.stack : String(error)}`,
      error,
    );
  }
}

// Far above what any rule takes: this ends a codec that hangs, and judges no speed.
const MAX_RULE_MS = 60_000;

async function withinTime(rule: string, done: void | Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ConformanceError(rule, `The codec did not answer within ${MAX_RULE_MS} ms.`)),
      MAX_RULE_MS,
    );
  });
  try {
    await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}
