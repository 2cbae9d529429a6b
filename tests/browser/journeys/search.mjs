import assert from 'node:assert/strict';

export const title = 'Everything is found by its words, while typing and without JavaScript, as soon as it is made';

export async function journey(person) {
  const { page } = person;
  await person.sweep('search', '/search?q=guest');
  await person.open('/tasks/new');
  await page.getByLabel('What is to be done?').fill('Reserviere das Café für Frau Müller');
  await person.button('Create task').click();
  await person.lands(/^\/tasks/);

  if (person.phone) await page.getByRole('link', { name: 'Search', exact: true }).click();
  else await page.goto('/search');
  await person.lands('/search');
  await person.sees('Each word counts from its beginning');
  const field = page.getByLabel('Search tasks, workflows and documents');
  await field.fill('mueller cafe');
  if (!person.js) await field.press('Enter');
  const hit = page.locator('.hit');
  await person.sees(hit.getByRole('link', { name: 'Reserviere das Café für Frau Müller' }));
  await person.lands(/q=mueller\+cafe/);
  assert.deepEqual(await hit.locator('mark').allTextContents(), ['Café', 'Müller']);
  await person.check();

  await person.open('/search?q=guest');
  await person.sees(page.getByRole('heading', { name: /^Tasks \d+/ }));
  await person.sees(page.getByRole('heading', { name: /^Documents \d+/ }));
  await page.getByRole('navigation', { name: 'Kind of result' }).getByRole('link', { name: /^Documents/ }).click();
  await person.lands(/type=document/);
  assert.equal(await page.getByRole('heading', { name: /^Tasks/ }).count(), 0);
  await person.check();
  await person.open('/search?q=no+such+words');
  await person.sees('Nothing has all of these words.');

  if (!person.phone && person.js) {
    await person.open('/');
    await page.keyboard.press('/');
    await page.keyboard.type('reserv');
    const option = page.getByRole('option', { name: /Reserviere das Café/ });
    await person.sees(option);
    await person.check();
    await page.keyboard.press('Escape');
    await person.misses(option);
    await page.keyboard.type('iere');
    await person.sees(option);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await person.lands(/^\/tasks\/\w+$/);
    await person.sees(person.heading('Reserviere das Café für Frau Müller'));
  }
}
