import assert from 'node:assert/strict';

export const title = 'Real evidence: a workflow with one task of each kind of proof is finished with an upload, an approved artifact and the rest';

const proof = (type, label) => ({ proofRequirement: { type, label } });

export async function journey(person) {
  const { page } = person;
  await person.open('/tasks');
  const csrf = await page.locator('#act input[name=csrf]').inputValue();
  const post = async (path, data) => {
    const answer = await page.request.post(`${person.fleet.url}/work/api/${path}`, { data, headers: { 'x-csrf-token': csrf } });
    assert.equal(answer.status(), 201, await answer.text());
    return answer.json();
  };
  const { bundle } = await post('bundles', { title: 'Evidence of every kind', anchorDate: '2030-01-15' });
  const task = async (description, extra) => (await post('tasks', { description, date: '2030-01-10', bundleId: bundle.id, ...extra })).id;
  const tasks = {
    url: await task('Publish the page', proof('url', 'Public page')),
    file: await task('Collect the invoice', { requiresFile: true, ...proof('file', 'Invoice PDF') }),
    artifact: await task('Get the report approved', proof('artifact', 'Monthly report')),
    comment: await task('Write down what was agreed', proof('comment', 'What was agreed')),
    status: await task('Send the newsletter', proof('external-status', 'Campaign status')),
  };
  const finish = async (id) => {
    await page.locator('#finish').getByRole('button', { name: 'Done', exact: true }).click();
    await person.sees(page.getByRole('button', { name: 'Open again' }));
    await person.check();
  };

  await person.open(`/tasks/${tasks.url}`);
  await person.paste(page.getByLabel('Public page link'), 'https://example.org/page');
  await finish(tasks.url);

  await person.open(`/tasks/${tasks.file}`);
  await person.watch.expect(person.js ? [] : 422, async () => {
    await page.locator('#finish').getByRole('button', { name: 'Done', exact: true }).click();
    await person.sees(page.getByRole('alert').getByText('Upload Invoice PDF first'));
  });
  await person.check();
  await person.open(`/tasks/${tasks.file}`);
  await page.getByLabel('Upload a file').setInputFiles({ name: 'invoice.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 invoice') });
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await person.sees(page.getByRole('link', { name: 'invoice.pdf' }));
  await person.check();
  const href = await page.getByRole('link', { name: 'invoice.pdf' }).getAttribute('href');
  const download = await page.request.get(`${person.fleet.url}${href}`);
  assert.equal(await download.text(), '%PDF-1.4 invoice');
  assert.match(download.headers()['content-disposition'], /attachment; filename="invoice.pdf"/);
  await finish(tasks.file);
  await person.sees('proves this task');

  if (person.js) {
    const big = Buffer.alloc(4 * 1024 * 1024 + 10, 'a');
    await person.open(`/tasks/${tasks.comment}`);
    await page.getByLabel('Upload a file').setInputFiles({ name: 'recording.txt', mimeType: 'text/plain', buffer: big });
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await person.sees(page.getByRole('link', { name: 'recording.txt' }));
  }

  await person.open(`/tasks/${tasks.artifact}`);
  await page.getByText('Add an artifact for review').click();
  await page.getByLabel('What it is called').fill('Report of July');
  await page.getByLabel('Where it is: a link').fill('https://docs.google.com/document/d/july');
  await page.getByRole('button', { name: 'Add for review' }).click();
  await person.sees(page.getByText('waits for review'));
  await person.check();
  await person.open('/artifacts?status=needs-review');
  await person.sees(page.getByRole('link', { name: 'Report of July', exact: true }));
  await person.check();
  await person.open(`/tasks/${tasks.artifact}`);
  await page.getByRole('button', { name: 'Approve Report of July' }).click();
  await person.sees(page.locator('#files').getByText('approved'));
  await finish(tasks.artifact);
  await page.getByRole('link', { name: 'Report of July', exact: true }).click();
  await person.sees(person.heading('Report of July'));
  await person.check();
  await person.sweep('artifact', page.url());
  await person.sweep('artifacts', '/artifacts');
  await person.sweep('task-evidence', `/tasks/${tasks.file}`);

  await person.open(`/tasks/${tasks.comment}`);
  await page.getByLabel('What was agreed').fill('We agreed on Thursday.');
  await finish(tasks.comment);

  await person.open(`/tasks/${tasks.status}`);
  await page.getByLabel('Campaign status').fill('sent');
  await finish(tasks.status);

  await person.open(`/workflows/${bundle.id}`);
  await person.sees('5 of 5 done');
}
