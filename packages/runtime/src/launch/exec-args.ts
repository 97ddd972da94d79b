/** Flags that would make a child do something else than run its entry, or fight with its parent over a port or a file. */
const DROPPED = [
  /^-(e|p|pe|i|c|v|h)$/,
  /^--(eval|print|interactive|check|version|help|input-type|run)(=|$)/,
  /^--(inspect|inspect-brk|inspect-wait|inspect-port|debug-port|inspect-publish-uid)(=|$)/,
  /^--(watch|watch-path|watch-preserve-output)(=|$)/,
  /^--test(-|=|$)/,
  /^--(cpu-prof|heap-prof|prof|perf-basic-prof|perf-prof|build-snapshot|snapshot-blob|experimental-sea-config)(-|=|$)/,
];

/**
 * The flags of this process that its children should have too: conditions, loaders, heap sizes, permissions.
 *
 * @param execArgv - `process.execArgv`: Node's own flags, which children would otherwise inherit as they are.
 */
export function inheritableExecArgv(execArgv: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < execArgv.length; i++) {
    const flag = execArgv[i] as string;
    if (!DROPPED.some((pattern) => pattern.test(flag))) kept.push(flag);
    // Among flags, what is none is the value of the one before it: `--cpu-prof-interval 500`.
    else if (!flag.includes('=') && !(execArgv[i + 1] ?? '-').startsWith('-')) i++;
  }
  return kept;
}
