import assert from 'node:assert/strict';

export const title = 'Template editor: a field says what is wrong, Git says what differs, a running workflow takes what it wants';

export async function journey(person) {
  const { page } = person;
  await person.open('/templates');
  await page.getByRole('link', { name: /^Podcast/ }).first().click();
  const template = new URL(page.url()).pathname;
  await person.sees(page.getByRole('heading', { name: /^Tasks/ }));
  await person.sweep('template', template);
  await person.check();

  await page.getByRole('link', { name: 'Name and texts' }).click();
  await person.sweep('template-edit', `${template}/edit/basics`);
  const name = page.getByLabel('Name', { exact: true });
  const before = await name.inputValue();
  await name.evaluate((element) => element.removeAttribute('required'));
  await name.fill('');
  if (person.js) {
    await name.blur();
    await person.sees(page.getByText('The name must not be blank.'));
    await page.getByLabel('Emoji').focus();
  } else {
    await person.watch.expect(422, async () => {
      await person.button('Save').click();
      await person.sees(page.getByText('The name must not be blank.'));
    });
    await person.check();
  }
  await name.fill(before);
  await page.getByLabel('What the date means').fill('The day of the live stream, as agreed with the guest');
  await person.button('Save').click();
  await person.sees('Template saved. Running workflows stay as they are.');
  await person.sees(page.getByText('Differs from Git'));
  await person.sweep('template-differs', template);
  await page.getByText('Updating would change 1 field').click();
  await person.sees(page.locator('#git').getByText('What the date means'));
  await person.check();
  const yaml = await page.request.get(`${person.fleet.url}${template}/file`);
  assert.match(await yaml.text(), /anchor: .*agreed with the guest/);

  await page.getByRole('link', { name: 'Add a task' }).click();
  await page.getByLabel('What is to be done').fill('Thank the guest by mail');
  await page.getByLabel('Days from the date').fill('3');
  await page.getByLabel('What the proof is called').fill('What was sent');
  await page.getByLabel('Proof', { exact: true }).selectOption('comment');
  await person.sweep('template-task', `${template}/tasks/0`);
  await person.check();
  await person.button('Save').click();
  await person.sees(page.getByRole('link', { name: 'Thank the guest by mail' }));

  await person.open(person.workflow);
  await person.sees(page.getByText('The template changed since: 1 new task'));
  await page.getByRole('link', { name: 'Look at it' }).click();
  await person.sees(page.getByLabel('Thank the guest by mail'));
  await person.sweep('workflow-template', page.url());
  await person.check();
  await person.button('Take what is ticked').click();
  await person.sees(page.getByRole('heading', { name: /^Tasks \d+ of 43 done/ }));
  await person.check();

  await person.open(template);
  await person.button('Update from content').click();
  await person.misses(page.getByText('Differs from Git'));
  await person.check();
}
