import assert from 'node:assert/strict';

export const title = 'Recurring: a new duty, paused and resumed, a range made by hand, and the calendar';

const NAME = 'Look through the press mailbox';

export async function journey(person) {
  const { page } = person;
  await person.open('/recurring/new');
  await page.getByLabel('What is to be done').fill(NAME);
  await page.getByLabel('As written').fill('0 9 31 2 *');
  await person.watch.expect(422, async () => {
    await person.button('Create duty').click();
    await person.sees('Not saved yet. Look at the marked field.');
  });
  await page.getByLabel('Comes up').selectOption('0 9 * * *');
  await person.button('Create duty').click();
  await person.sees('Duty created. These are its next dates.');
  await person.check();
  const own = new URL(page.url()).pathname;

  await page.locator('#pause > summary').click();
  await page.getByLabel('Why').fill('The mailbox moves');
  await person.button('Pause it').click();
  await person.sees(page.getByText(/^Paused until somebody resumes it by .*, because: The mailbox moves$/));
  await person.check();
  await page.locator('#resume > summary').click();
  await person.button('Resume it').click();
  await person.sees('Resumed. The days that passed are not made up.');

  await page.getByRole('link', { name: 'Make dates…' }).first().click();
  await person.button('Look what it would make').click();
  await person.sees(person.button('Make 1 date'));
  await person.check();
  await person.button('Make 1 date').click();
  await person.sees('1 task and 0 workflows made.');
  await page.getByRole('link', { name: 'Open the task' }).click();
  await page.getByRole('link', { name: 'Why is this here?' }).click();
  await person.sees('It is there.');
  await person.check();

  await person.open('/recurring');
  assert.equal(await page.locator('.recur', { hasText: NAME }).count(), 1);
  await person.sweep('recurring', '/recurring');
  await person.sweep('recurring-one', own);
  await person.open('/calendar');
  assert.equal(await page.locator('.day').count(), 28);
  await person.sweep('calendar', '/calendar');
}
