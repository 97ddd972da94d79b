// The flags of the command.
import { parseArgs } from 'node:util';
import type { Size } from '../harness/model.js';

export interface CommandOptions {
  readonly suites: readonly string[];
  readonly cases: readonly string[];
  readonly peers: readonly string[];
  readonly size: Size;
  /** The executable whose samples are taken. */
  readonly node: string;
  readonly python: string | undefined;
  /** After how many minutes no further pass is begun. */
  readonly minutes: number;
  /** Where the report's files go. */
  readonly out: string;
  /** Whether the tables in the README and the docs are made anew. */
  readonly publish: boolean;
  /** Another checkout, built, to compare this one with. */
  readonly against: string | undefined;
  /** The data of an earlier run, to make its pages anew. */
  readonly from: string | undefined;
  readonly list: boolean;
  readonly help: boolean;
}

export const HELP = `Our figures and our peers', side by side.

  npm run bench -- [flags]

  --suite NAME     only suites whose name begins so, as in serialize or runtime/pool; may be repeated
  --case NAME      only cases whose name begins so, as in rpc or tasks; may be repeated
  --peers A,B      only these peers (beginnings of their names); the baseline always runs
  --size SIZE      small (does it work), default (ten minutes), full (until it is done)
  --minutes N      after how many minutes no further pass is begun (default: 10)
  --node VERSION   20.19, 22, 24 or 26 instead of the present Node
  --python FILE    the Python to use (default: python3)
  --out FOLDER     where the report goes (default: benchmarks/results)
  --publish        also make the tables in README.md and docs/benchmarks.md anew
  --from FILE      measure nothing: make the pages anew from the report.json of an earlier run
  --against DIR    compare this build with the one in another checkout, peers left out
  --list           name all suites, cases and peers
`;

/** @throws TypeError for flags that do not exist or make no sense. */
export function parseOptions(args: readonly string[], defaults: { out: string; node: string }): CommandOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      suite: { type: 'string', multiple: true, default: [] },
      case: { type: 'string', multiple: true, default: [] },
      peers: { type: 'string', multiple: true, default: [] },
      size: { type: 'string', default: 'default' },
      minutes: { type: 'string', default: '10' },
      node: { type: 'string', default: defaults.node },
      python: { type: 'string' },
      out: { type: 'string', default: defaults.out },
      publish: { type: 'boolean', default: false },
      against: { type: 'string' },
      from: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new TypeError(`--minutes needs a number greater than 0, not ${values.minutes}.`);
  const isPart = [values.suite, values.case, values.peers].some((names) => lists(names).length > 0);
  if (values.publish && isPart)
    throw new TypeError(
      '--publish needs a whole run: without --suite, --case and --peers, the tables would have holes.',
    );
  return {
    suites: lists(values.suite),
    cases: lists(values.case),
    peers: lists(values.peers),
    size: sizeOf(values.size),
    node: values.node,
    python: values.python,
    minutes,
    out: values.out,
    publish: values.publish,
    against: values.against,
    from: values.from,
    list: values.list,
    help: values.help,
  };
}

function lists(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',')).filter((value) => value !== '');
}

function sizeOf(text: string): Size {
  if (text === 'small' || text === 'default' || text === 'full') return text;
  throw new TypeError(`--size needs small, default or full, not ${text}.`);
}
