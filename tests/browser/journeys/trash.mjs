export const title = 'Trash: a deleted task comes back at once, and from the trash with its whole story';

const TASK = 'Order the stickers';

export async function journey(person) {
  const { page } = person;
  await person.open('/tasks/new');
  await page.getByLabel('What is to be done').fill(TASK);
  await page.getByLabel('Due', { exact: true }).fill('2026-11-25');
  await person.button('Create task').click();
  await person.sees('Task created.');
  await person.open('/tasks');
  const address = await person.address(TASK);

  await remove(person, address);
  await person.button('Undo').click();
  await person.sees('Restored from the trash.');
  await person.open(address);
  await remove(person, address);

  await person.open('/trash');
  await person.sweep('trash', '/trash');
  await person.sees(page.getByText('Task for Wed 25 Nov · deleted'));
  await page.getByRole('link', { name: `Activity of ${TASK}` }).click();
  await person.sees('which is in the');
  await person.check();
  await page.getByRole('link', { name: 'trash', exact: true }).click();
  await person.button(`Restore ${TASK}`).click();
  await person.sees('Restored from the trash.');
  await person.sees('The trash is empty.');
  await person.check();

  await person.open(address);
  await page.locator('#due').getByText('Change').click();
  await page.getByLabel('Due date').fill('2026-11-27');
  await page.locator('#due').getByRole('button', { name: 'Save' }).click();
  await person.sees(page.locator('#history').getByText('moved the due date from Wed 25 Nov to Fri 27 Nov'));
  await page.getByRole('link', { name: 'All activity' }).click();
  await person.sees(page.getByText('Due date: Wed 25 Nov'));
  await person.check();
  await person.sweep('activity', new URL(page.url()).pathname + new URL(page.url()).search);
  await person.open('/activity');
  await person.sweep('activity-day', '/activity');
  await page.getByRole('link', { name: 'Day before', exact: true }).click();
  await person.sees(person.heading('Thursday 19 November'));
  await person.check();
}

async function remove(person, address) {
  const { page } = person;
  if (!page.url().endsWith(address)) await person.open(address);
  await page.getByText('Details', { exact: true }).click();
  await person.button('Delete this task').click();
  await person.lands(/^\/tasks\?saved=deleted/);
  await person.sees('Deleted. It is in the trash.');
  await person.check();
}
