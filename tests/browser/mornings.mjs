// A month of mornings: the clock moves from day to day, and each morning Home says what a calendar of its own expects.
import assert from 'node:assert/strict';

export const title = 'A month of mornings: every day Home has the duties and workflows of its date, and nothing else';
export const START = '2026-11-02T05:00:00Z';

const DAYS = 31;
const EVERY_DAY = () => true;
const on = (weekday) => (date) => date.getUTCDay() === weekday;
const onTheFirst = (date) => date.getUTCDate() === 1;
const BACKUP = 'Back up the Mailchimp audience to Drive';
const DUTIES = [
  ['Send Slack invites for new Airtable sign-ups', EVERY_DAY],
  ['Review the intake and the open workflows, and start new ones', EVERY_DAY],
  ["Check that next week's newsletter is ready", on(2)],
  ['Start the newsletter for the week after next', on(3)],
  [BACKUP, on(3)],
  ['Export the monthly Slack archive', onTheFirst],
  ['Check bookkeeping, invoices and receipts', on(1)],
  ['Follow up on sponsor results that are missing or unanswered', on(1)],
];
/** Name, the days on which it starts, and how many days later its own date is. */
const WORKFLOWS = [['Newsletter', on(1), 14], ['Social Media Weekly', on(5), 3], ['Tax Report', onTheFirst, 0]];

const AWAY = ['2026-11-12', '2026-11-13', '2026-11-14', '2026-11-15'];
const BROKEN = { from: '2026-11-20', to: '2026-11-23' };
const PAUSED = { from: '2026-11-17', to: '2026-11-19' };
const SHOTS = {
  '2026-11-02': 'morning-1-first', '2026-11-16': 'morning-2-after-four-days', '2026-11-18': 'morning-3-paused', '2026-11-21': 'morning-4-failure', '2026-12-01': 'morning-5-new-month',
};

const day = (number) => new Date(Date.UTC(2026, 10, 2 + number));
const iso = (date) => date.toISOString().slice(0, 10);
const short = (date) => date.toLocaleDateString('en-US', { month: 'short', day: 'numeric', timeZone: 'UTC' });

export async function mornings(person) {
  let left = [];
  const started = [];
  for (let number = 0; number < DAYS; number += 1) {
    const date = day(number);
    const paused = iso(date) >= PAUSED.from && iso(date) < PAUSED.to;
    const due = DUTIES.filter(([name, comes]) => comes(date) && !(paused && name === BACKUP)).map(([name]) => name);
    const starts = WORKFLOWS.filter(([, comes]) => comes(date));
    started.push(...starts.map(([name, , lead]) => `${name} - ${short(new Date(date.getTime() + lead * 86_400_000))}`));
    await person.fleet.clock(`${iso(date)}T06:30:00Z`);
    await arrive(person);
    await morning(person, { date: iso(date), due, left, started, made: due.length + starts.length });
    if (SHOTS[iso(date)]) await person.sweep(SHOTS[iso(date)], '/');
    await work(person, iso(date));
    await person.rest();
    left = AWAY.includes(iso(date)) ? [...left, ...due] : [];
  }
}

/** A night is longer than a session. */
async function arrive(person) {
  await person.page.goto('/');
  if (new URL(person.page.url()).pathname === '/sign-in') await person.signIn();
  await person.lands('/');
}

async function morning(person, { date, due, left, started, made }) {
  const seen = await person.page.evaluate(() => {
    const duties = (group) => [...document.querySelectorAll(`#${group} .source[title^="Made by: "]`)].map((link) => link.title.slice('Made by: '.length)).sort();
    const words = (selector) => [...document.querySelectorAll(selector)].map((each) => each.textContent.replace(/\s+/g, ' ').trim());
    return { today: duties('today'), overdue: duties('overdue'), ledger: words('.ledger-line'), failures: words('.failure .title') };
  });
  assert.deepEqual(seen.today, [...due].sort(), `due on ${date}`);
  assert.deepEqual(seen.overdue, [...left].sort(), `late on ${date}`);
  const broken = date > BROKEN.from && date <= BROKEN.to;
  const gap = broken ? ` of ${made + 1}, last check 07:30. Missing: Tax Report.` : ` of ${made}, last check 07:30.`;
  assert.deepEqual(seen.ledger, [`Expected and made: ${made}${gap}`], `the ledger of ${date}`);
  assert.deepEqual(seen.failures, broken ? ['Tax Report'] : [], `what failed on ${date}`);
  const { bundles } = await api(person, 'GET', '/bundles');
  assert.deepEqual(bundles.map((bundle) => bundle.title).sort(), [...started].sort(), `the workflows of ${date}`);
}

/** The rest of the day: somebody else sees to the tasks of workflows; the duties are done, but not while the operator is away. */
async function work(person, date) {
  const { tasks } = await api(person, 'GET', '/tasks?status=todo');
  for (const task of tasks.filter((each) => each.date <= date)) {
    if (task.source === 'template') await api(person, 'PUT', `/tasks/${task.id}`, { status: 'archived' });
    else if (!AWAY.includes(date)) await api(person, 'PUT', `/tasks/${task.id}`, { status: 'done', link: 'https://drive.example/proof', comment: 'Done', externalStatus: 'sign-up queue empty' });
  }
  const { templates } = await api(person, 'GET', '/templates');
  const tax = `/templates/${templates.find((template) => template.name === 'Tax Report').id}`;
  if (date === BROKEN.from) await api(person, 'PUT', tax, { triggerSchedule: '0 9 31 2 *' });
  if (date === BROKEN.to) await api(person, 'PUT', tax, { triggerSchedule: '0 9 1 * *' });
  if (date === iso(new Date(Date.parse(PAUSED.from) - 86_400_000))) await api(person, 'POST', '/recurring/duty.mailchimp-backup/pause', { reason: 'The audience moves' });
  if (date === PAUSED.to) await api(person, 'POST', '/recurring/duty.mailchimp-backup/resume', {});
}

async function api(person, method, address, body) {
  const answer = await person.page.evaluate(async ([method, address, body]) => {
    const answer = await fetch(`/work/api${address}`, { method, headers: { 'content-type': 'application/json', 'x-csrf-token': document.querySelector('[name=csrf]').value }, body: body && JSON.stringify(body) });
    return { ok: answer.ok, text: await answer.text() };
  }, [method, address, body]);
  assert.ok(answer.ok, `${method} ${address}: ${answer.text}`);
  return answer.text === '' ? null : JSON.parse(answer.text);
}
