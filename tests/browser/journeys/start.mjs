import assert from 'node:assert/strict';

export const title = 'Start the podcast: every date first, then a workflow with 42 tasks';

export async function journey(person) {
  const { page } = person;
  await person.sweep('start-choice', '/start');
  await person.open('/start');
  const podcast = page.getByRole('listitem').filter({ has: person.heading('Podcast') });
  await podcast.getByLabel('Live-stream date').fill('2026-12-01');
  await podcast.getByRole('button', { name: 'See all dates' }).click();
  await person.lands(/^\/start\/[^?]+\?anchorDate=2026-12-01$/);
  await person.sees('18 dates are already past');
  await person.check();

  await page.getByLabel('Live-stream date').fill('2026-12-18');
  await person.button('Show these dates').click();
  await person.lands(/anchorDate=2026-12-18$/);
  await person.sees('13 dates fall on a weekend');
  assert.equal(await page.locator('tbody').getByRole('row').count(), 42, 'all 42 dates');
  await person.check();
  await person.sweep('start-preview', page.url());
  await person.open('/workflows');
  await person.sees('No workflow is under way.');
  await page.goBack();

  await page.getByLabel('Topic').fill('Vector search in practice');
  await page.getByLabel('Speaker').fill('Ada Guest');
  await person.button('Start with 42 tasks').click();
  await person.lands(/^\/workflows\/[^/?]+\?saved=started$/);
  await person.sees('Workflow started.');
  await person.sees(person.heading('Vector search in practice - Ada Guest'));
  await person.sees(page.getByRole('heading', { name: 'Links 0 of 12 filled' }));
  await person.sees(page.getByRole('heading', { name: 'Tasks 0 of 42 done' }));
  assert.equal(await page.locator('#tasks [data-id]').count(), 42, 'all 42 tasks');
  await person.check();
  person.workflow = new URL(page.url()).pathname;
  await person.sweep('workflow', person.workflow);
  await person.sweep('home', '/');
  await person.open('/');
  await person.sees(person.row('Find the guest\'s e-mail address'));
  await person.sees(page.getByRole('link', { name: 'Vector search in practice - Ada Guest' }));
}
