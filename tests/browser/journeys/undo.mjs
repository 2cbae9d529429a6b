export const title = 'Undo: a done task comes back, from the message and from its page';

const FREE = 'Place a tentative calendar hold';

export async function journey(person) {
  const { page } = person;
  await person.open(person.workflow);
  await person.complete(FREE);
  await person.sees(page.getByRole('status').getByText('Done.'));
  await person.sees(page.getByRole('heading', { name: 'Tasks 2 of 42 done' }));
  await person.button('Undo').click();
  await person.sees(page.getByRole('heading', { name: 'Tasks 1 of 42 done' }));
  await person.check();

  await person.complete(FREE);
  await person.sees(page.getByRole('heading', { name: 'Tasks 2 of 42 done' }));
  await page.getByText('2 tasks done').click();
  await person.open(await person.address(FREE));
  await person.button('Open again').click();
  await person.sees('Open again.');
  await person.sees(person.button('Done'));
  await person.check();
  await person.sees(page.locator('#history').getByText('opened it again'));
}
