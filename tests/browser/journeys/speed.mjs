import assert from 'node:assert/strict';

export const title = 'At speed: new tasks in passing, many changed at once and taken back, a workflow moved, and what keeps it open';

const FREE = ['Luma: order stickers', 'Luma: thank the host'];
const GATED = 'Publish the Luma event';
const LIST = '/tasks?status=open&q=luma';

export async function journey(person) {
  const { page } = person;
  for (const name of FREE) await add(person, name);
  await person.open(LIST);
  await together(person);
  await tags(person);
  await moveIt(person);
  if (person.js && !person.phone) await byName(person);
}

async function add(person, name) {
  const { page } = person;
  if (!person.js) {
    await person.open('/tasks/new');
  } else {
    await person.open('/tasks');
    if (person.phone) await page.getByRole('link', { name: 'New task' }).click();
    else await page.keyboard.press('c');
    await person.sees(page.getByRole('dialog', { name: 'New task' }));
  }
  const form = person.js ? page.getByRole('dialog', { name: 'New task' }) : page.locator('#live');
  await form.getByLabel('What is to be done?').fill(name);
  await form.getByLabel('Due', { exact: true }).fill('2027-03-01');
  if (person.js) await person.check();
  await person.button('Create task').click();
  await person.sees(page.getByRole('status').getByText('Task created.'));
  if (person.js) {
    await person.lands('/tasks');
    assert.match(await page.getByRole('link', { name: 'Open it' }).getAttribute('href'), /^\/tasks\/\w+$/);
  }
}

/** Ticks rows by their titles: with `x` where there are keys. */
async function tick(person, titles) {
  for (const title of titles) {
    if (person.js && !person.phone) {
      await person.row(title).getByRole('link', { name: title, exact: true }).focus();
      await person.page.keyboard.press('x');
    } else await person.page.getByRole('checkbox', { name: `Select: ${title}` }).check();
  }
}

async function together(person) {
  const { page } = person;
  const bar = page.getByRole('form', { name: 'Selected tasks' });
  assert.equal(await bar.isVisible(), false, 'nothing is ticked');
  await tick(person, [...FREE, GATED]);
  await person.sees(bar);
  await person.check();
  await person.watch.expect(person.js ? [] : 422, async () => {
    await bar.getByRole('button', { name: 'Done', exact: true }).click();
    await person.sees(page.getByRole('alert').getByText('1 of 3 tasks was not changed.'));
  });
  await person.sees(person.row(GATED).getByText('Not changed: Add the Luma link first.'));
  assert.ok(await page.getByRole('checkbox', { name: `Select: ${GATED}` }).isChecked(), 'what was refused stays ticked');
  await person.misses(person.row(FREE[0]));
  await person.check();
  await person.sees(page.getByRole('status').getByText('2 tasks done.'));
  await person.button('Undo').click();
  await person.sees('Taken back for 2 tasks.');
  await person.sees(person.row(FREE[1]));
}

async function tags(person) {
  const { page } = person;
  await person.open(LIST);
  await tick(person, FREE);
  const bar = page.getByRole('form', { name: 'Selected tasks' });
  await bar.locator('summary').filter({ hasText: 'Tags' }).click();
  await bar.getByLabel('Tags').fill('print');
  await person.check();
  await bar.getByRole('button', { name: 'Add', exact: true }).click();
  await person.sees('Tags of 2 tasks changed.');
  await person.open('/tasks?tag=print');
  assert.equal(await page.locator('#live [data-id]').count(), 2);
  await page.getByRole('link', { name: 'Take off the filter: tag print' }).click();
  await person.lands('/tasks?status=open');
  await person.open('/tasks?tag=print');
  await tick(person, FREE);
  await bar.getByRole('button', { name: 'Done', exact: true }).click();
  await person.sees('2 tasks done.');
}

async function moveIt(person) {
  const { page } = person;
  await person.open(person.workflow);
  await page.getByRole('link', { name: 'Close…' }).click();
  await person.sees(person.heading(/Cannot close because/));
  await person.sweep('close', page.url());
  await person.check();
  await page.getByRole('link', { name: 'Back to the workflow' }).click();
  await page.getByRole('link', { name: 'Move…' }).click();
  await page.getByLabel('New date').fill('2026-12-21');
  await person.button('Show what moves').click();
  await person.lands(/\/move\?anchorDate=2026-12-21$/);
  await person.sees(person.heading(/^These follow/));
  await person.sees(person.heading(/^These stay/));
  await person.check();
  await person.sweep('move', page.url());
  await page.getByRole('button', { name: /^Move it and \d+ tasks to Mon 21 Dec$/ }).click();
  await person.lands(/saved=moved/);
  await person.sees('Mon 21 Dec');
  await person.button('Undo').click();
  await person.sees('Workflow moved back.');
  await person.sees('Fri 18 Dec');
  await person.check();
}

async function byName(person) {
  const { page } = person;
  await person.open('/documents');
  await page.keyboard.press('ControlOrMeta+k');
  const palette = page.getByRole('dialog', { name: 'Go to anything' });
  await person.sees(palette);
  await page.keyboard.type('vector');
  await person.sees(palette.getByRole('option', { name: /Vector search in practice/ }));
  await person.check();
  await page.getByRole('combobox', { name: 'Go to anything' }).fill('inbo');
  await person.sees(palette.getByRole('option', { name: 'Inbox' }));
  await page.keyboard.press('Enter');
  await person.lands('/inbox');
  await page.keyboard.press('c');
  await person.sees(page.getByRole('dialog', { name: 'New task' }));
  await person.check();
  await page.keyboard.press('Escape');
}
