import { createServer } from 'node:net';

export const server = createServer();
let count = 0;

export function bump(by: number): number {
  count += by;
  return count;
}

export const scale = (x: number): number => x * 10;

export class Box {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
  get double(): number {
    return this.value * 2;
  }
}

export default function named(): string {
  return 'default';
}
