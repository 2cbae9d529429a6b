export const title = 'Sign out: the page left open asks to sign in, and leads back to where one was';

const TASK = 'Place a tentative calendar hold';

export async function journey(person) {
  const { page } = person;
  const left = await person.context.newPage();
  await left.goto(person.workflow);

  await person.open(person.workflow);
  await page.locator('.me > summary').click();
  await person.check();
  await person.button('Sign out').click();
  await person.sees('You are signed out.');
  await person.check();
  await page.goBack();
  await person.lands(`/sign-in?next=${encodeURIComponent(person.workflow)}`);
  await person.check();

  const row = left.locator('#live').getByRole('listitem').filter({ has: left.getByRole('link', { name: TASK, exact: true }) });
  await row.getByRole('button', { name: person.phone ? `Complete: ${TASK}` : 'Done', exact: true }).click();
  if (person.js) await left.getByRole('alert').getByText('You are signed out.').waitFor();
  else await left.getByRole('heading', { name: 'Sign in' }).waitFor();
  await left.close();

  await person.signIn();
  await person.lands(person.workflow);
  await person.sees(person.heading('Vector search in practice - Ada Guest'));
}
