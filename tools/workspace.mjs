// Where things are, and how a tool is started. Uses Node alone: it runs before anything is installed.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const packages = ['codec', 'native', 'serialize', 'runtime'];

export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The file of an installed tool's executable, to be run by `node`. */
export function binary(packageName, command = packageName) {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

/**
 * Runs a program to its end, with our standard streams unless told otherwise.
 *
 * @returns its exit code and, with `capture`, what it printed.
 */
export function run(command, args, { cwd = root, env = process.env, capture = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: capture ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? 1, signal, output }));
  });
}

/** Runs an installed JavaScript tool with this Node. */
export function runTool(packageName, args, options = {}) {
  return run(process.execPath, [binary(packageName, options.command), ...args], options);
}

/** Runs one of npm's own programs, which on Windows are scripts. */
export function runNpm(program, args, options = {}) {
  return process.platform === 'win32'
    ? run('cmd.exe', ['/d', '/s', '/c', program, ...args], options)
    : run(program, args, options);
}
