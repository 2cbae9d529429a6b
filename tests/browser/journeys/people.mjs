import assert from 'node:assert/strict';

import { Person } from '../lib/person.mjs';

export const title = 'People: somebody is added, sets a password through a link, makes an API token, and is disabled';

export async function journey(person) {
  const { page } = person;
  await person.sweep('settings', '/settings');
  await person.sweep('users', '/users');
  await person.open('/users');
  await page.getByText('Add somebody').click();
  await page.getByLabel('Name').fill('Ines Berg');
  await page.getByLabel('E-mail').fill('ines@example.org');
  await person.button('Add').click();
  await person.sees(person.heading('Ines Berg'));
  await person.sees('Make a setup link next');
  await person.check();
  const address = new URL(page.url()).pathname;
  await person.button('Make a setup link').click();
  const link = await (await person.sees(page.getByLabel('Setup link'))).inputValue();
  assert.match(link, /\/setup\/[^?]+\?token=.{43}$/);
  await person.check();

  const ines = await Person.arrive(person.browser, person.fleet, person.look, { sweeps: false, screenshots: false });
  try {
    await ines.open(link);
    await ines.sees('You sign in as ines@example.org');
    await ines.page.getByLabel('New password', { exact: true }).fill('three quiet words');
    await ines.page.getByLabel('New password, once more').fill('three quiet words');
    await ines.button('Set the password and sign in').click();
    await ines.sees('Your password is set and you are signed in.');
    await ines.open('/settings');
    await ines.page.getByLabel('What is it for?').fill('Weekly report');
    await ines.button('Make a token').click();
    assert.match(await (await ines.sees(ines.page.getByLabel('Token'))).inputValue(), /^dop_/);
    await ines.check();
    await ines.page.getByRole('link', { name: 'Done' }).click();
    await ines.sees('Weekly report');
    await ines.watch.expect(403, async () => {
      await ines.open('/users');
      await ines.sees(ines.heading('This page is for admins'));
    });
    await ines.watch.expect(410, async () => {
      await ines.open(link);
      await ines.sees(ines.heading('This link cannot be used'));
    });

    await person.open(address);
    await person.sees('last signed in');
    await person.sweep('user', address);
    await person.button('Disable the account').click();
    await person.sees('Account disabled.');
    await person.check();
    await ines.page.goto('/');
    await ines.lands('/sign-in');
  } finally {
    person.findings.push(...ines.findings);
    await ines.leave();
  }
}
