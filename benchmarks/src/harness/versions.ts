// Which version of a peer was measured, read from what is installed.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Peer } from './model.js';

/** The version of a peer, as a reader of the report would look it up. */
export function peerVersion(peer: Peer, facts: { node: string; python: string | undefined; build: string }): string {
  if (peer.ours === true) return facts.build;
  if (peer.program === 'python') return facts.python === undefined ? 'absent' : `Python ${facts.python}`;
  if (peer.package === undefined) return `Node ${facts.node.replace(/^v/, '')}`;
  const file = new URL(`../../node_modules/${peer.package}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** The commit that is checked out in a folder, with a mark where files differ from it. */
export function buildOf(folder: string): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const commit = git('rev-parse', '--short=10', 'HEAD');
    return git('status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit} with changes`;
  } catch {
    return 'not under version control';
  }
}
