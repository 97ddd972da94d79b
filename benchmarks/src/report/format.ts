// Numbers as people read them.
import type { Estimate, Unit } from '../harness/model.js';

/** Three significant digits: no measurement here has more. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(3));
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(rounded))));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: decimals }).replaceAll(',', '\u202f');
}

/** A value with its unit, in the size in which it is easiest to read: 1 500 µs is 1.5 ms. */
export function formatValue(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return '–';
  if (unit === 'µs' && value >= 1000) return formatValue(value / 1000, 'ms');
  if (unit === 'µs' && value < 1) return `${significant(value * 1000)} ns`;
  if (unit === 'ms' && value >= 1000) return `${significant(value / 1000)} s`;
  if (unit === 'ms' && value < 0.1) return `${significant(value * 1000)} µs`;
  if (unit === 'bytes') return value < 1000 ? `${Math.round(value)} B` : `${scaled(value)}B`;
  if (unit === '/s') return `${scaled(value)}/s`;
  if (unit === 'MB/s' && value >= 1000) return `${significant(value / 1000)} GB/s`;
  return `${significant(value)} ${unit}`;
}

function scaled(value: number): string {
  if (value >= 1e9) return `${significant(value / 1e9)} G`;
  if (value >= 1e6) return `${significant(value / 1e6)} M`;
  if (value >= 1e3) return `${significant(value / 1e3)} k`;
  return `${significant(value)} `;
}

/** A ratio, as in `2.5×`. */
export function formatRatio({ median }: Pick<Estimate, 'median'>): string {
  return `${median >= 100 ? Math.round(median) : median.toPrecision(median < 0.1 ? 1 : 2)}×`;
}

/** The ends of a ratio's interval, as in `2.3 to 2.8`. */
export function formatInterval({ low, high }: Estimate): string {
  return `${significant(low)} to ${significant(high)}`;
}
