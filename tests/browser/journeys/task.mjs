import assert from 'node:assert/strict';

export const title = 'A task: what it needs, a comment, another day, and on a wide screen beside its list';

const TASK = 'Publish the Luma event';

export async function journey(person) {
  const { page } = person;
  const refuses = person.js ? [] : 422;
  await person.open('/tasks');
  const address = await person.address(TASK);
  await person.sweep('task', address);
  await person.sweep('task-blocked', address, {
    act: async (other) => {
      await other.getByRole('button', { name: 'Done', exact: true }).click();
      await other.getByText('Add the Luma link first').first().waitFor();
    },
  });

  if (person.js && !person.phone) await besideItsList(person, address);

  await person.open(address);
  await person.watch.expect(refuses, async () => {
    await person.button('Done').click();
    await person.sees('Add the Luma link first');
  });
  await person.check();
  await page.getByRole('textbox', { name: 'Comment', exact: true }).fill('Luma wants the banner first.');
  await person.button('Add comment').click();
  await person.sees(page.getByRole('region', { name: 'Comments' }).getByRole('listitem').getByText('Luma wants the banner first.'));
  await page.locator('#due').getByText('Change').click();
  await page.getByLabel('Due date').fill('2026-12-02');
  await page.locator('#due').getByRole('button', { name: 'Save' }).click();
  await person.sees(page.locator('#history').getByText(/moved the due date from .+ to Wed 2 Dec/));
  await person.check();
}

async function besideItsList(person, address) {
  const { page } = person;
  await person.row(TASK).getByRole('link', { name: TASK, exact: true }).click();
  await person.lands(address);
  const panel = page.getByRole('complementary', { name: 'Task', exact: true });
  await person.sees(panel.getByRole('heading', { name: TASK }));
  await person.check();
  await page.goBack();
  await person.misses(panel);
  await person.lands('/tasks');
  assert.ok(await person.row(TASK).isVisible(), 'the list is still there');
}
