import assert from 'node:assert/strict';

export const title = 'Sign in: a wrong password says so, the right one leads Home';

export async function journey(person) {
  await person.sweep('sign-in', '/sign-in', { signedOut: true });
  await person.open('/');
  await person.lands('/sign-in');
  await person.watch.expect(401, async () => {
    await person.signIn('not the password');
    await person.sees(person.page.getByRole('alert').getByText('E-mail or password is wrong.'));
  });
  await person.check();
  assert.equal(await person.page.getByLabel('E-mail').inputValue(), 'operator@dataops.local', 'the address stays');
  assert.equal(await person.page.getByLabel('Password').inputValue(), '', 'the password does not');
  await person.signIn();
  await person.lands('/');
  await person.sees(person.heading('Home'));
}
