import type { Kind } from '../model/kind.js';
import { accepts } from './accepts.js';

// The position in these lists is the class's number on the wire.
const INTL = [
  'Collator',
  'DateTimeFormat',
  'DisplayNames',
  'ListFormat',
  'NumberFormat',
  'PluralRules',
  'RelativeTimeFormat',
  'Segmenter',
  'DurationFormat',
  'Locale',
] as const;
const TEMPORAL = [
  'Duration',
  'Instant',
  'PlainDate',
  'PlainDateTime',
  'PlainMonthDay',
  'PlainTime',
  'PlainYearMonth',
  'ZonedDateTime',
] as const;

interface Formatter {
  resolvedOptions(): Record<string, unknown>;
}
type FormatterClass = new (locale: string, options: Record<string, unknown>) => Formatter;
interface TemporalClass {
  from(text: string): object;
  readonly prototype: { toString(): string };
}

function classIn<T>(namespace: string, name: string): T | undefined {
  const holder = (globalThis as Record<string, unknown>)[namespace] as Record<string, T | undefined> | undefined;
  return holder?.[name];
}

/** Whether a method of the class accepts the object. */
function isMember(prototype: object, method: (this: never) => unknown, value: object): boolean {
  return Object.prototype.isPrototypeOf.call(prototype, value) && isReceiver(method, value);
}

/** The same, whatever the object inherits from. */
function isReceiver(method: (this: never) => unknown, value: object): boolean {
  return accepts((receiver) => method.call(receiver), value);
}

const intlKinds: readonly Kind[] = INTL.flatMap((name, number) => {
  const cls = classIn<FormatterClass>('Intl', name);
  if (cls === undefined) return [];
  const isLocale = name === 'Locale';
  const method: (this: never) => unknown = isLocale
    ? (cls.prototype as unknown as { toString(): string }).toString
    : (cls.prototype as Formatter).resolvedOptions;
  const kind: Kind = {
    code: 61,
    name: `Intl.${name}`,
    prototype: cls.prototype as object,
    test: (value) => isMember(cls.prototype as object, method, value),
    accepts: (value) => isReceiver(method, value),
    structuralKeys: 0,
    write(value, sink) {
      sink.uint(number);
      if (isLocale) {
        sink.text(method.call(value as never) as string);
        return;
      }
      const { locale, ...options } = method.call(value as never) as Record<string, unknown>;
      sink.text(locale as string);
      const entries = Object.entries(name === 'DateTimeFormat' ? withoutStyleParts(options) : options).filter(
        ([key, option]) => isOption(name, key) && (typeof option !== 'object' || option === null),
      );
      sink.uint(entries.length);
      for (const [key, option] of entries) {
        sink.text(key);
        sink.value(option);
      }
    },
    read(source) {
      const target = INTL[source.uint()];
      const Class = target === undefined ? undefined : classIn<FormatterClass>('Intl', target);
      if (Class === undefined) throw source.damaged('a formatter that this engine does not have');
      const place = source.reserve();
      const locale = source.text();
      const options: Record<string, unknown> = Object.create(null);
      if (target !== 'Locale') {
        for (let left = source.count(2); left > 0; left--) {
          const key = source.text();
          const option = source.value();
          if (typeof option === 'object' && option !== null) throw source.damaged('an option that is no primitive');
          options[key] = option;
        }
      }
      try {
        return source.fill(place, new Class(locale, options));
      } catch {
        throw source.damaged(`options that Intl.${target} does not accept`);
      }
    },
  };
  return [kind];
});

/** What `resolvedOptions` reports and the constructor does not take back. */
function isOption(name: string, key: string): boolean {
  return !(name === 'PluralRules' && key === 'pluralCategories');
}

/** A date or time style stands for the parts, and must not be given together with them. */
function withoutStyleParts(options: Record<string, unknown>): Record<string, unknown> {
  const { hourCycle, hour12, ...rest } = options;
  // `hour12` overrides `hourCycle` and is derived from it.
  const kept = hourCycle === undefined ? rest : { ...rest, hourCycle };
  void hour12;
  if (options['dateStyle'] === undefined && options['timeStyle'] === undefined) return kept;
  const styled = ['calendar', 'numberingSystem', 'timeZone', 'hourCycle', 'dateStyle', 'timeStyle'];
  return Object.fromEntries(Object.entries(kept).filter(([key]) => styled.includes(key)));
}

const temporalKinds: readonly Kind[] = TEMPORAL.flatMap((name, number) => {
  const cls = classIn<TemporalClass>('Temporal', name);
  if (cls === undefined) return [];
  const textOf = cls.prototype.toString;
  const kind: Kind = {
    code: 60,
    name: `Temporal.${name}`,
    prototype: cls.prototype,
    test: (value) => isMember(cls.prototype, textOf, value),
    accepts: (value) => isReceiver(textOf, value),
    structuralKeys: 0,
    write(value, sink) {
      sink.uint(number);
      // The default text is exact for all of them: nanoseconds, calendar and time zone included.
      sink.text(textOf.call(value));
    },
    read(source) {
      const target = TEMPORAL[source.uint()];
      const Class = target === undefined ? undefined : classIn<TemporalClass>('Temporal', target);
      if (Class === undefined) throw source.damaged('a Temporal object that this engine does not have');
      const text = source.text();
      try {
        return source.define(Class.from(text));
      } catch {
        throw source.damaged(`a text that Temporal.${target} does not accept`);
      }
    },
  };
  return [kind];
});

export const internationalKinds: readonly Kind[] = [...intlKinds, ...temporalKinds];
