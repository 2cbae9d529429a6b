import assert from 'node:assert/strict';

export const title = 'First run: Home says honestly that nothing is there and offers the first start';

export async function journey(person) {
  const { page } = person;
  await person.open('/');
  await person.sees(person.heading('Nothing is under way yet'));
  await person.sees('Friday 20 November');
  assert.equal(await page.locator('[data-id]').count(), 0, 'no sample rows');
  for (const [name, date, proposed] of [['Podcast', 'Live-stream date', '2026-12-18'], ['Newsletter', /^Publish day/, '2026-12-21']]) {
    const starter = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) });
    assert.equal(await starter.getByLabel(date).inputValue(), proposed, `${name} proposes a day in four weeks that fits`);
    await person.sees(starter.getByRole('button', { name: 'See all dates' }));
  }
  assert.equal(await page.locator('a[href^="/start/"]').count(), 9, 'the other nine templates are one link each');
  await person.sweep('home-first-run', '/');

  await person.open('/tasks');
  await person.sees('No open tasks.');
  await person.open('/workflows');
  await person.sees('No workflow is under way.');
  await person.open('/tasks/new');
  await person.sees(person.heading('New task'));
}
