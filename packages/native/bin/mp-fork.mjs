#!/usr/bin/env node
// Runs a program so that it can be forked: `mp-fork program.js …` is `node --single-threaded --v8-pool-size=0 program.js …`.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { FORK_SAFE_FLAGS } from '../lib/index.js';

const args = [...FORK_SAFE_FLAGS, ...process.execArgv, ...process.argv.slice(2)];
if (typeof process.execve === 'function') process.execve(process.execPath, [process.execPath, ...args], process.env);

const child = spawn(process.execPath, args, { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'])
  process.on(signal, () => child.kill(signal));
child.once('error', (error) => {
  console.error(`mp-fork: ${error.message}`);
  process.exitCode = 1;
});
child.once('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
