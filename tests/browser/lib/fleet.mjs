// The whole product on this machine: started from its binary on an empty data folder, at a fixed moment.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../../..');
const BINARY = path.resolve(process.env.DATAOPS_BIN ?? path.join(root, 'target/debug/dataops'));
const STARTS_WITHIN = 60_000;
/** Where the log of every fleet goes, to be looked through afterwards. */
const LOGS = process.env.DATAOPS_LOGS_DIR && path.resolve(process.env.DATAOPS_LOGS_DIR);

/** A Friday morning. Every date in the journeys counts from it. */
export const NOW = '2026-11-20T08:00:00Z';

/**
 * Starts a fleet at a moment; `url` is where it answers, `clock(time)` sets its clock, `restore()` exports everything that is stored and
 * drills its way back, `stop()` ends it and removes its data.
 */
export async function startFleet(now = NOW) {
  const data = await mkdtemp(path.join(tmpdir(), 'dataops-browser-'));
  const child = spawn(BINARY, ['dev', '--data-dir', data, '--port', '0', '--now', now], {
    cwd: root,
    env: { ...process.env, ...(LOGS && { LOG_LEVEL: 'info' }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const orphan = () => child.kill();
  process.on('exit', orphan);
  const said = [];
  child.stderr.on('data', (chunk) => {
    said.push(chunk);
    if (LOGS) appendFileSync(path.join(LOGS, `browser-${child.pid}.log`), chunk);
  });
  const ended = once(child, 'exit').catch(() => {});
  const stop = async () => {
    process.off('exit', orphan);
    child.kill();
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  try {
    const url = await ready(child);
    const dataops = (...line) => promisify(execFile)(BINARY, [...line, '--data-dir', data], { cwd: root });
    return { url, stop, clock: (time) => dataops('clock', '--set', time), restore: () => restore(dataops) };
  } catch (error) {
    await stop();
    throw new Error(`${BINARY} did not start: ${error.message}\n${Buffer.concat(said)}`);
  }
}

async function restore(dataops) {
  const folder = await mkdtemp(path.join(tmpdir(), 'dataops-export-'));
  const out = path.join(folder, 'export');
  try {
    await dataops('export', '--out', out);
    await dataops('restore-drill', '--archive', out, '--evidence', folder);
  } catch (error) {
    throw new Error(`${error.message}\n${error.stdout}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function ready(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready within ${STARTS_WITHIN} ms`)), STARTS_WITHIN);
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /ready at (http:\/\/\S+)/.exec(line)?.[1];
      if (!url) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}
