import { type ClassElement, type ClassFacts, skipTrivia } from '../analyze/class-facts.js';
import type { Edits } from '../analyze/edit.js';
import type { CodeFacts } from '../analyze/facts.js';
import { type ClassMember, type ClassRecord, hasHook, INTERNAL_NAMES } from '../model/code.js';

/** What is done to the text of a class. */
export interface ClassPlan {
  /** Distinguishes plans of the same text. */
  readonly key: string;
  readonly record: ClassRecord;
  /** For each method with a computed key, by element index: the key to write instead. */
  readonly keys: ReadonlyMap<number, string>;
  /** Elements that are fields whose key is a variable. */
  readonly keyedFields: ReadonlySet<number>;
  /** The heritage is a name that every realm has. */
  readonly extendsGlobal: boolean;
  /** A `with` statement is around: no variable may stand for the superclass under its name. */
  readonly isInWith: boolean;
}

/** The key of an element in a {@link ClassMember}; undefined where only running the text would tell. */
export function memberKeyOf(element: ClassElement): string | undefined {
  return element.key.kind === 'name'
    ? element.key.name
    : element.key.kind === 'well-known'
      ? `@@${element.key.name}`
      : undefined;
}

/** Whether evaluating the class runs this element's code. */
function runsAtDefinition(element: ClassElement): boolean {
  return element.kind === 'static-block' || (element.kind === 'field' && element.isStatic);
}

/** Stretches of a class's text that the edited text no longer has: names used only there need not be captured. */
export function removedSpans({ classFacts }: CodeFacts): readonly (readonly [number, number])[] {
  if (classFacts === undefined) return [];
  const removed: (readonly [number, number])[] = [];
  if (classFacts.heritage !== undefined && !classFacts.extendsNull)
    removed.push([classFacts.heritage.start, classFacts.heritage.end]);
  for (const element of classFacts.elements) {
    if (runsAtDefinition(element)) removed.push([element.span.start, element.span.end]);
    else if (element.key.kind === 'computed') removed.push([element.keySpan.start, element.keySpan.end]);
  }
  return removed;
}

/**
 * Edits the text of a class so that evaluating it again runs nothing of the user's: static initialisers and blocks
 * are blanked (their results are captured), computed keys and a heritage that is an expression are replaced.
 *
 * A class with private members also gets a hidden static hook, which alone sees its private names.
 *
 * @returns names that stand for the superclass while the text is evaluated.
 */
export function editClass(of: CodeFacts, plan: ClassPlan, edits: Edits): readonly string[] {
  const facts = of.classFacts as ClassFacts;
  const stubs: string[] = [];
  if (facts.heritage !== undefined && !facts.extendsNull) {
    const root = facts.heritageNames?.[0];
    // A global name is there on the other side too; the stub of that name would hide it.
    if (plan.extendsGlobal) return finishClass(of, plan, edits, stubs);
    if (root !== undefined && !plan.isInWith) stubs.push(root);
    else {
      stubs.push(INTERNAL_NAMES.heritage);
      edits.replace(facts.heritage.start, facts.heritage.end, INTERNAL_NAMES.heritage);
    }
  }
  return finishClass(of, plan, edits, stubs);
}

function finishClass(of: CodeFacts, plan: ClassPlan, edits: Edits, stubs: readonly string[]): readonly string[] {
  const facts = of.classFacts as ClassFacts;
  facts.elements.forEach((element, i) => {
    const key = plan.keys.get(i);
    if (key !== undefined) edits.replace(element.keySpan.start, element.keySpan.end, JSON.stringify(key));
    if (plan.keyedFields.has(i)) defineByVariable(element, i, of.text, edits);
    if (element.kind === 'static-block') edits.blank(element.span.start, element.span.end);
    if (element.kind === 'field' && element.isStatic) {
      if (element.key.kind !== 'private') edits.blank(element.span.start, element.span.end);
      else if (element.value !== undefined) edits.replace(element.keySpan.end, element.value.end, '');
    }
  });
  if (plan.record.hasPrivates) guardConstruction(facts, plan, edits);
  if (hasHook(plan.record)) edits.replace(facts.bodyEnd, facts.bodyEnd, hook(plan.record));
  return stubs;
}

/**
 * A field's key is evaluated with the class, when no variable has its value yet: so a private field takes its place,
 * whose initialiser defines it. In an object literal the value gets the name that it would get in the class.
 */
function defineByVariable({ keySpan, value, span }: ClassElement, i: number, text: string, edits: Edits): void {
  const name = `${INTERNAL_NAMES.fieldKey}${i}`;
  const { guard } = INTERNAL_NAMES;
  // The key may stand in parentheses; they and the bracket, and the equals sign, are not in the tree.
  let at = skipTrivia(text, keySpan.end);
  while (text[at] === ')') at = skipTrivia(text, at + 1);
  if (value !== undefined) at = skipTrivia(text, at + 1);
  edits.replace(
    span.start,
    at + 1,
    `#${name}=${guard}.on?void 0:${guard}.define(this,{[${name}]:${value ? '' : 'void 0'}`,
  );
  const end = text[span.end - 1] === ';' ? span.end - 1 : span.end;
  edits.replace(end, end, '})');
}

/** In guarded construction nothing of the user's runs: no initialiser, no constructor body. */
function guardConstruction(facts: ClassFacts, { record, keyedFields }: ClassPlan, edits: Edits): void {
  const guard = `${INTERNAL_NAMES.guard}.on`;
  for (const [i, element] of facts.elements.entries()) {
    if (keyedFields.has(i)) continue;
    if (element.kind === 'field' && !element.isStatic && element.value !== undefined) {
      edits.replace(element.value.start, element.value.start, `${guard}?void 0:(`);
      edits.replace(element.value.end, element.value.end, ')');
    } else if (element.kind === 'constructor') {
      edits.replace(
        element.bodyStart,
        element.bodyStart,
        record.derived ? `if(${guard}){super();return}` : `if(${guard})return;`,
      );
    }
  }
}

function hook(record: ClassRecord): string {
  const fields = (record.fields ?? []).map((name, i) => `$o.#${name}=$v[${i}]`).join(';');
  const statics = (record.statics ?? []).map((name, i) => `this.#${name}=$v[${i}]`).join(';');
  const methods = record.members.filter(([, , key]) => key.startsWith('#'));
  const read = methods.map(([isStatic, , key]) => `${isStatic === 1 ? 'this' : '$o'}.${key}`).join();
  const reader = methods.length === 0 ? '' : `,$o=>[${read}]`;
  return `;static[${INTERNAL_NAMES.hook}]=[($o,$v)=>{${fields}},$v=>{${statics}}${reader}]`;
}

/** The record and the edits of a class. */
export function planClass(
  { text, classFacts }: CodeFacts,
  computedKeys: ReadonlyMap<number, string>,
  parameters: number,
  extendsGlobal: boolean,
  keyedFields: ReadonlySet<number>,
  isInWith: boolean,
): ClassPlan {
  const facts = classFacts as ClassFacts;
  const members: ClassMember[] = [];
  const fields: string[] = [];
  const statics: string[] = [];
  const privateMethods: ClassMember[] = [];
  let hasPrivates = false;
  // A getter and a setter have one name.
  const marks = new Set<string>();
  facts.elements.forEach((element, i) => {
    const isPrivate = element.key.kind === 'private';
    if (isPrivate && !element.isStatic) hasPrivates = true;
    if (isPrivate && !element.isStatic && element.kind !== 'field') marks.add((element.key as { name: string }).name);
    if (isPrivate && element.kind === 'method')
      privateMethods.push([element.isStatic ? 1 : 0, 'value', `#${(element.key as { name: string }).name}`]);
    if (isPrivate && element.kind === 'field')
      (element.isStatic ? statics : fields).push((element.key as { name: string }).name);
    if (isPrivate || element.kind === 'constructor' || element.kind === 'field' || element.kind === 'static-block')
      return;
    const key = memberKeyOf(element) ?? computedKeys.get(i);
    if (key !== undefined) {
      members.push([
        element.isStatic ? 1 : 0,
        element.kind === 'getter' ? 'get' : element.kind === 'setter' ? 'set' : 'value',
        key,
      ]);
    }
  });
  return {
    key: [extendsGlobal, isInWith, ...computedKeys.values()].join('\u0000'),
    extendsGlobal,
    isInWith,
    keys: computedKeys,
    keyedFields,
    record: {
      members: [...members, ...privateMethods],
      tail: text.length - facts.bodyEnd,
      ...(facts.heritage !== undefined && !facts.extendsNull ? { derived: true } : {}),
      ...(facts.extendsNull ? { extendsNull: true } : {}),
      ...(fields.length === 0 ? {} : { fields }),
      ...(hasPrivates ? { hasPrivates: true } : {}),
      ...(marks.size === 0 ? {} : { marks: [...marks] }),
      ...(statics.length === 0 ? {} : { statics }),
      ...(parameters === 0 ? {} : { parameters }),
    },
  };
}
