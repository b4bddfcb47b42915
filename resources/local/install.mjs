/**
 * Runs before `npm start` and `npm test`, on whatever Node the machine has and before anything is installed:
 * plain JavaScript, nothing but Node's own modules. Installs what package-lock.json says unless it is there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const oldest = 20;

function main() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldest)
    return fail(`Orderstream needs Node ${oldest} or newer to install; this is ${process.version}.`);
  const missing = firstDifference();
  if (!missing) return;
  process.stderr.write(`Installing packages (${missing}) …\n`);
  const { status, error } = npm('ci', '--include=dev', '--no-fund', '--no-audit', '--loglevel=error');
  if (error) return fail(`npm could not be run: ${error.message}`);
  if (status !== 0) fail('The packages could not be installed; npm says why above.', status ?? 1);
}

/** What of the lock file is not installed, in words; undefined when all is. */
function firstDifference() {
  const wanted = packagesOf('package-lock.json');
  if (!wanted) return fail('package-lock.json is missing: this is no complete checkout.');
  // npm writes this file last, so an install that was broken off has none.
  const installed = packagesOf('node_modules/.package-lock.json');
  if (!installed) return 'none yet';
  for (const [path, { version, optional, link }] of Object.entries(wanted)) {
    if (path === '' || link) continue;
    const found = installed[path];
    if (!found && optional) continue;
    if (!found || found.version !== version)
      return `${path.replace(/^.*node_modules\//, '')} ${version} is missing`;
  }
  // Lambda's Node, which the scripts run on; its own install script fetches it.
  return existsSync(join(root, 'node_modules', '.bin', 'node')) || process.platform === 'win32'
    ? undefined
    : 'node is missing';
}

function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** npm as it was called, if it was; the one on the PATH otherwise. */
function npm(...args) {
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const script = process.env.npm_execpath;
  return script?.endsWith('.js')
    ? spawnSync(process.execPath, [script, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}

function fail(message, status = 1) {
  process.stderr.write(`${message}\n`);
  process.exit(status);
}

main();
