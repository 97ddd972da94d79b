import { limitBudget } from '../platform/budget.js';
import { isNumber, refuse } from './options.js';

/**
 * Sets how many workers may be at work at once in this program, its nested pools included.
 *
 * A pool that is made inside a worker, without a number of workers, starts with one (whoever waits for it leaves its CPU to it)
 * and takes more as long as the whole family of pools has fewer busy workers than this.
 *
 * @param workers - `undefined` means {@link cpuCount}, the default. It holds in the main process, for all that it starts.
 * @throws ProcessError with code `MP_ARGUMENT` where it is less than 1, or no number.
 */
export function setWorkerBudget(workers: number | undefined): void {
  if (workers !== undefined && !(isNumber(workers) && workers >= 1))
    throw refuse('budget', 'a number of at least 1', workers);
  limitBudget(workers);
}
