/**
 * Runs before `npm start` and `npm test`, on whatever Node the machine has and before anything is installed:
 * plain JavaScript, nothing but Node's own modules. Installs what package-lock.json says unless it is there.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { releaseLock, takeLock } from './process-lock.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const oldest = 20;
const installedMark = join(root, 'node_modules', '.installed-lock');

function main() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldest)
    return fail(`Orderstream needs Node ${oldest} or newer to install; this is ${process.version}.`);
  if (!firstDifference()) return;
  alone(() => {
    const missing = firstDifference();
    if (!missing) return;
    process.stderr.write(`Installing packages (${missing}) …\n`);
    const { status, error } = npm('ci', '--include=dev', '--no-fund', '--no-audit', '--loglevel=error');
    if (error) fail(`npm could not be run: ${error.message}`);
    if (status !== 0) fail('The packages could not be installed; npm says why above.', status ?? 1);
    writeFileSync(installedMark, lockDigest());
  });
}

/** Two installations at once, of `npm start` and `npm test`, would take the packages from under each other. */
function alone(work) {
  const lock = join(root, '.local', 'install.pid');
  const deadline = Date.now() + longestWaitMs();
  let told = false;
  for (let owner = takeLock(lock); owner !== undefined; owner = takeLock(lock)) {
    const who = `process ${owner}, which installs the packages (${lock})`;
    if (Date.now() > deadline)
      return fail(`Waited in vain for ${who}. Stop it, or remove that file if it installs nothing.`);
    if (!told) process.stderr.write(`Waiting for ${who} …\n`);
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  process.on('exit', () => releaseLock(lock));
  work();
}

/** An installation takes a minute or two; INSTALL_WAIT_SECONDS is for slow networks. */
function longestWaitMs() {
  const { INSTALL_WAIT_SECONDS: given = '300' } = process.env;
  if (!/^\d{1,6}$/.test(given)) fail(`INSTALL_WAIT_SECONDS must be a number of seconds, not "${given}".`);
  return Number(given) * 1_000;
}

/** What of the lock file is not installed, in words; undefined when all is. */
function firstDifference() {
  const wanted = packagesOf('package-lock.json');
  if (!wanted) return fail('package-lock.json is missing: this is no complete checkout.');
  // npm writes this file last, so an install that was broken off has none.
  const installed = packagesOf('node_modules/.package-lock.json');
  if (!installed) return 'none yet';
  // npm may leave out what it need not install (optional peers): what it made of this lock file is right.
  if (existsSync(installedMark) && readFileSync(installedMark, 'utf8') === lockDigest()) return missingNode();
  for (const [path, { version, optional, link }] of Object.entries(wanted)) {
    if (path === '' || link) continue;
    const found = installed[path];
    if (!found && optional) continue;
    if (!found || found.version !== version)
      return `${path.replace(/^.*node_modules\//, '')} ${version} is missing`;
  }
  return missingNode();
}

/** Lambda's Node, which the scripts run on; its own install script fetches it. */
const missingNode = () =>
  existsSync(join(root, 'node_modules', '.bin', 'node')) || process.platform === 'win32'
    ? undefined
    : 'node is missing';

const lockDigest = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

function packagesOf(path) {
  try {
    return JSON.parse(readText(join(root, path))).packages;
  } catch {
    return undefined;
  }
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
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
