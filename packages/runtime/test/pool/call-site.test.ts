import { captureCallSite } from '../../dist/pool/call-site.js';

/** As long as nothing else of this process asks, so many calls in one turn use up what may be looked at. */
const MANY = 10_000;

test('of many calls in one turn few are looked at, and the next turn is not silent for that', async () => {
  const ask = (): { readonly stack?: string } | undefined => captureCallSite(ask);
  const sites = Array.from({ length: MANY }, ask);
  expect(sites[0]?.stack).toMatch(/call-site\.test\.js/);
  expect(sites.filter((site) => site !== undefined).length).toBeLessThan(MANY / 10);
  // As much as an interval, and the end of the turn.
  for (const end = performance.now() + 30; performance.now() < end; );
  await Promise.resolve();
  for (let i = 0; i < 10; i++) {
    // Wherever among the calls that go by unseen the last turn ended.
    Array.from({ length: 100 + i }, ask);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(ask()?.stack).toMatch(/call-site\.test\.js/);
  }
});
