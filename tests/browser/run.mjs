// The journeys of an operator through the whole product, in a real browser.
//
//   node run.mjs [--screenshots] [--only WORDS] [--journeys sign-in,start,...]
//
// DATAOPS_BIN is the binary to run (target/debug/dataops), DATAOPS_CHROMIUM the browser (/usr/bin/chromium).
// `--screenshots` writes docs/screenshots; `--only 'with JavaScript'` leaves out the settings that are named otherwise;
// `--journeys` leaves out the other journeys (most need `sign-in` and `start` before them).
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { parseArgs } from 'node:util';

import { PHONE, WIDE, launch } from './lib/browser.mjs';
import { startFleet } from './lib/fleet.mjs';
import { Person } from './lib/person.mjs';
import * as month from './mornings.mjs';

const JOURNEYS = ['sign-in', 'first-run', 'start', 'proof', 'undo', 'evidence', 'links', 'task', 'waiting', 'documents', 'filters', 'search', 'speed', 'templates', 'template-edit', 'people', 'trash', 'not-found', 'next-days', 'inbox', 'recurring', 'assistants', 'data', 'sign-out'];
/** Without these nothing after them can be told. */
const ESSENTIAL = ['sign-in', 'start'];
/** What axe looks at: in the first every page as often as it changes, and its sweeps are at both sizes; then what is new without JavaScript. */
const SETTINGS = [
  { ...WIDE, theme: 'light', js: true, audit: 'always' },
  { ...PHONE, theme: 'dark', js: false, audit: 'once' },
  { ...PHONE, theme: 'light', js: true, audit: 'never' },
];
/** What hangs is cut off then; nothing is expected to take a certain time. In milliseconds. */
const HANGS = { journey: 300_000, all: 1_800_000 };
const FAILED = path.resolve(import.meta.dirname, '../../test-results');
const { values: { screenshots, only, journeys } } = parseArgs({ options: { screenshots: { type: 'boolean', default: false }, only: { type: 'string', default: '' }, journeys: { type: 'string', default: JOURNEYS.join() } } });

const browser = await launch();
try {
  for (const [index, look] of SETTINGS.entries()) {
    const name = `${look.width} px, ${look.theme}, ${look.js ? 'with' : 'without'} JavaScript`;
    if (name.includes(only)) await test(name, { timeout: HANGS.all }, (t) => everyJourney(t, look, index === 0));
  }
  if (month.title.includes(only)) await test(month.title, { timeout: HANGS.all }, aMonth);
} finally {
  await browser.close();
}

async function aMonth() {
  const fleet = await startFleet(month.START);
  const person = await Person.arrive(browser, fleet, SETTINGS[0], { sweeps: true, screenshots });
  try {
    await month.mornings(person);
    await fleet.restore();
    if (person.findings.length > 0) assert.fail(`\n  ${person.findings.join('\n  ')}`);
  } finally {
    await person.leave();
    await fleet.stop();
  }
}

async function everyJourney(t, look, sweeps) {
  const fleet = await startFleet();
  const person = await Person.arrive(browser, fleet, look, { sweeps, screenshots });
  let stuck = false;
  try {
    for (const name of journeys.split(',')) {
      const { title, journey } = await import(`./journeys/${name}.mjs`);
      await t.test(title, { skip: stuck && 'an earlier journey did not get through', timeout: HANGS.journey }, async ({ signal }) => {
        let ended = false;
        // Whoever is cut off goes on in the same page, and nothing after that could be told.
        signal.addEventListener('abort', () => (stuck ||= !ended));
        person.findings = [];
        try {
          await journey(person);
          await person.watch.settled();
        } catch (error) {
          stuck ||= ESSENTIAL.includes(name);
          await mkdir(FAILED, { recursive: true });
          await person.page.screenshot({ path: path.join(FAILED, `${name}-${look.width}-${look.theme}.png`) }).catch(() => {});
          error.message += person.findings.map((finding) => `\n  ${finding}`).join('');
          throw error;
        } finally {
          ended = true;
        }
        if (person.findings.length > 0) assert.fail(`\n  ${person.findings.join('\n  ')}`);
      });
    }
    // Whatever somebody does here can be exported and put back.
    if (sweeps) await t.test('Everything of this day is exported and restored', { timeout: HANGS.journey }, () => fleet.restore());
  } finally {
    await person.leave();
    await fleet.stop();
  }
}
