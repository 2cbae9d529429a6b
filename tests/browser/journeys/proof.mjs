import assert from 'node:assert/strict';

export const title = 'Complete with proof: refused with words, the field right there, paste and Enter';

const TASK = 'Find the guest\'s e-mail address';

export async function journey(person) {
  const { page } = person;
  await person.open('/');
  await person.sees(person.row(TASK).getByText('needs Guest email link'));
  await person.watch.expect(person.js ? [] : 422, async () => {
    await person.complete(TASK);
    await person.sees(page.getByRole('alert').getByText('Add the Guest email link first'));
  });
  await person.check();

  const elsewhere = await person.context.newPage();
  await elsewhere.goto(`${person.workflow}`);
  assert.match(await elsewhere.locator('#tasks-h').innerText(), /0 of 42 done/, 'nothing was written');
  await elsewhere.close();

  const field = page.getByLabel('Guest email link');
  await person.sees(field);
  if (person.js) assert.ok(await field.evaluate((element) => element === document.activeElement), 'the missing field has the focus');
  await person.paste(field, 'guest@example.org');
  await field.press('Enter');
  await person.sees(page.getByRole('status').getByText('Done.'));
  if (person.js) await person.misses(person.row(TASK));
  await person.check();

  await person.open(person.workflow);
  await person.sees(page.getByRole('heading', { name: 'Tasks 1 of 42 done' }));
  await person.sees(page.getByRole('heading', { name: 'Links 1 of 12 filled' }));
  await person.unfolds('All links');
  assert.equal(await page.getByRole('link', { name: 'guest@example.org' }).getAttribute('href'), 'mailto:guest@example.org');
}
