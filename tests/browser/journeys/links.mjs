export const title = 'Links: a slot is filled where it stands, a wrong address is refused, proof stays';

export async function journey(person) {
  const { page } = person;
  const refuses = person.js ? [] : 422;
  await person.open(person.workflow);
  await person.unfolds('All links');
  const field = page.getByLabel('Podcast document', { exact: true });
  await person.watch.expect(refuses, async () => {
    await person.paste(field, 'javascript:alert(1)');
    await field.press('Enter');
    await person.sees(page.locator('#links').getByText('must be an http, https or mailto address'));
  });
  await person.check();
  await field.fill('');
  await person.paste(field, 'https://docs.google.com/document/d/vector-search');
  await field.press('Enter');
  await person.sees(page.getByRole('heading', { name: 'Links 2 of 12 filled' }));
  await person.sees(page.getByRole('link', { name: 'docs.google.com/document/d/vector-search' }));
  await person.check();

  await person.unfolds('All links');
  await page.getByText('Change Guest email').click();
  await page.getByLabel(/^Guest email/).fill('');
  await person.watch.expect(refuses, async () => {
    await page.getByRole('button', { name: 'Save Guest email' }).click();
    await person.sees(page.locator('#links [id$="-error"]'));
  });
  await person.check();
  await person.open(person.workflow);
  await person.sees(page.getByRole('heading', { name: 'Links 2 of 12 filled' }));
}
