import assert from 'node:assert/strict';

export const title = 'Data: an export is made, listed when it is verified, verified once more, and downloaded';

export async function journey(person) {
  const { page } = person;
  await person.open('/data');
  await person.check();
  const before = await page.locator('.archive').count();
  await person.button('Export now').click();
  await person.sees('Started. It is listed here when it has been verified.');
  for (let tries = 0; tries < 60 && (await page.locator('.archive').count()) === before; tries += 1) {
    await page.waitForTimeout(500);
    await person.open('/data');
  }
  assert.equal(await page.locator('.archive').count(), before + 1);
  await page.locator('.archive summary').first().click();
  await person.sees(page.locator('.archive').first().getByText('sha256:'));
  await person.check();
  await page.locator('.archive').first().getByRole('button', { name: 'Verify now' }).click();
  await person.sees('Started. What is found is shown with the archive.');
  const again = page.locator('.archive').first().getByText('verified again');
  for (let tries = 0; tries < 60 && (await again.count()) === 0; tries += 1) {
    await page.waitForTimeout(500);
    // With JavaScript the page follows along by itself.
    if (!person.js) await person.open('/data');
  }
  await person.sees(again);
  await person.check();
  await person.sweep('data', '/data');
  await person.open('/data');
  const href = await page.locator('.archive').first().getByRole('link', { name: 'Download' }).getAttribute('href');
  const archive = await page.request.get(`${person.fleet.url}${href}`);
  assert.equal(archive.status(), 200);
  const bytes = await archive.body();
  assert.deepEqual([bytes[0], bytes[1]], [0x1f, 0x8b], 'a gzip archive');
}
