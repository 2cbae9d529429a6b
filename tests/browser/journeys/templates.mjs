import assert from 'node:assert/strict';

export const title = 'Templates: what there is to start, and the way to start it';

export async function journey(person) {
  const { page } = person;
  await person.open('/templates');
  assert.equal(await page.locator('.template').count(), 11);
  await person.sees('1 run under way');
  await person.sweep('templates', '/templates');
  await page.getByRole('link', { name: /^Start Newsletter/ }).click();
  await person.sees(person.heading('Start Newsletter'));
  await person.check();
  await person.button('See all dates').click();
  await person.lands(/^\/start\/[^?]+\?anchorDate=2026-12-21$/);
  await person.check();
  await page.goBack();
  await page.goBack();
  await person.lands('/templates');
}
