import assert from 'node:assert/strict';

export const title = 'Filters live in the address: they survive a reload, go back, and are taken off';

export async function journey(person) {
  const { page } = person;
  await person.sweep('tasks', '/tasks');
  await person.open('/tasks');
  const all = await page.locator('#live [data-id]').count();
  assert.ok(all >= 20, `${all} open tasks`);
  await page.locator('#filters > summary').click();
  await page.getByLabel('Words').fill('guest');
  await page.getByLabel('Due until').fill('2026-12-10');
  await person.button('Apply').click();
  await person.lands(/^\/tasks\?.*q=guest/);
  const url = new URL(page.url());
  assert.equal(url.searchParams.get('to'), '2026-12-10');
  assert.equal(url.searchParams.get('status'), 'open');
  await person.sees(person.row('Confirm the stream date with the guest'));
  const few = await page.locator('#live [data-id]').count();
  assert.ok(few > 0 && few < all, `${few} of ${all} tasks`);
  await person.check();
  await page.reload();
  assert.equal(await page.locator('#live [data-id]').count(), few, 'a reload keeps the filters');
  assert.equal(await page.getByLabel('Words').inputValue(), 'guest');

  await page.getByRole('navigation', { name: 'Status' }).getByRole('link', { name: 'Done' }).click();
  await person.lands(/status=done/);
  assert.equal(new URL(page.url()).searchParams.get('q'), 'guest', 'another status keeps the other filters');
  await person.sees(person.row('Find the guest\'s e-mail address'));
  await person.check();
  await page.goBack();
  await person.lands(/status=open/);
  await page.getByRole('link', { name: 'Clear', exact: true }).click();
  await person.lands('/tasks?status=open');
  assert.equal(await page.locator('#live [data-id]').count(), all);

  await person.open('/tasks?q=no+such+words');
  await person.sees('No task matches these filters.');
}
