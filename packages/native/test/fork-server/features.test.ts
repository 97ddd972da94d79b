import { ForkServer } from '@mp/native';
import { fixture } from '../support/fixtures.js';
import { captureOutput } from '../support/output.js';

// Real processes, on a machine that may be busy.
jest.setTimeout(60_000);

// What works in any Node process works in one that was forked.
const FEATURES = [
  'timers',
  'files',
  'fileWatcher',
  'crypto',
  'zlib',
  'dns',
  'http',
  'fetch',
  'tls',
  'sockets',
  'datagrams',
  'childProcess',
  'workerThreads',
  'dynamicImport',
  'signals',
  'inspector',
  'debugSignal',
  'webAssembly',
  'compiler',
  'collector',
  'finalization',
  'asyncLocalStorage',
  'streams',
  'standardStreams',
  'clock',
  'abortSignal',
  'forkAgain',
  'sharedMemory',
];

let server: ForkServer;

beforeAll(async () => {
  server = await ForkServer.start({ execArgv: [] });
});

afterAll(async () => {
  await server.terminate();
});

async function run(feature: string): Promise<string> {
  const output = captureOutput();
  const entry = fixture('features.mjs');
  const child = await server.fork({ entry, argv: [feature], execArgv: [], stdio: ['ignore', output.fd, output.fd] });
  const text = await output.text();
  const { code, signal } = await child.exited;
  if (code !== 0 || signal !== null) throw new Error(`${feature} ended with ${signal ?? code}:\n${text}`);
  return text;
}

describe('a forked child can use', () => {
  test.each(FEATURES)('%s', async (feature) => {
    await expect(run(feature)).resolves.toBeDefined();
  });
});

test('what a forked child writes to the console and to its standard output goes where the client said', async () => {
  expect(await run('standardStreams')).toBe('by console\nby stream\n');
});
