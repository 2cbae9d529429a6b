import assert from 'node:assert/strict';

export const title = 'Documents: a task opens its step and the whole of it, links lead on, a gap is reported and the work goes on';

const TASK = 'Give the guest edit rights on the preparation document';

export async function journey(person) {
  const { page } = person;
  await person.sweep('documents', '/documents');
  await person.open('/tasks');
  const address = await person.address(TASK);
  await person.open(address);
  await person.sees(page.locator('#instructions').getByText('Remove internal notes before.'));

  await page.locator('#instructions').getByRole('link', { name: 'Whole document' }).click();
  await person.sees(person.heading('Prepare the podcast document'));
  assert.equal(new URL(page.url()).hash, '#6', 'the page opens at the step');
  await page.locator('[id="6"]').waitFor();
  assert.ok(await page.locator('[id="6"]').evaluate((step) => step.getBoundingClientRect().top < innerHeight), 'the step is in view');
  await person.sweep('document', page.url());
  await person.check();
  await page.locator('.column-side').getByRole('link', { name: 'Run the live stream' }).click();
  await person.sees(person.heading('Run the live stream'));
  await page.getByRole('link', { name: 'Back to the task' }).click();
  await person.lands(address);

  await page.locator('#instructions').getByRole('link', { name: 'Report a gap in the process' }).click();
  await person.sees(page.getByLabel('Where'));
  await person.sweep('gap', page.url());
  await person.check();
  await page.getByLabel('What is wrong or missing?').fill('The share dialog has moved behind a menu.');
  await person.button('Report the gap').click();
  await person.sees('Gap reported. It is a task of its own now');
  assert.equal(new URL(page.url()).pathname, address, 'back at the work');
  await person.open('/tasks?tag=process-gap');
  const gap = 'Process gap: Prepare the podcast document, step 6';
  await person.open(await person.address(gap));
  await person.sees(page.locator('#note').getByText('The share dialog has moved behind a menu.'));
  await page.locator('#note').getByRole('link', { name: TASK }).click();
  await person.lands(address);

  await person.open('/documents');
  await page.getByLabel('Words').fill('transcript freelancer');
  await person.button('Find').click();
  await person.lands('/documents?q=transcript+freelancer&kind=');
  await person.sees(page.getByRole('link', { name: 'Produce the transcript' }));
  await person.check();
  await person.watch.expect(404, async () => {
    await person.open('/documents/sop.none');
    await person.sees(person.heading('There is no such document'));
  });
}
