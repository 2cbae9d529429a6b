export const title = 'The inbox says what came up; dismissing it hides nothing of the work';

const TASK = 'Place a tentative calendar hold';

export async function journey(person) {
  const { page } = person;
  const late = page.getByRole('region', { name: /^Late/ });
  await person.open('/inbox');
  await person.sees('Send Slack invites for new Airtable sign-ups');
  await person.sweep('inbox', '/inbox');
  await late.getByRole('link', { name: /^Show all/ }).click();
  await person.lands('/inbox?group=late');
  await person.sees(late.getByRole('link', { name: TASK, exact: true }));
  await person.sees(late.getByText('4 days late'));
  await late.getByRole('button', { name: `Dismiss: ${TASK}`, exact: true }).click();
  await person.sees('Dismissed. The work itself stays where it is.');
  await person.misses(late.getByRole('link', { name: TASK, exact: true }));
  await person.check();
  await person.open('/inbox');
  await person.button('Dismiss all').click();
  await person.sees('Inbox cleared. The work itself stays where it is.');
  await person.sees('The inbox is clear.');
  await person.check();
  await person.sweep('inbox-clear', '/inbox');
  await person.open('/');
  await person.sees(page.getByRole('region', { name: /^Overdue/ }).getByRole('link', { name: TASK, exact: true }));
}
