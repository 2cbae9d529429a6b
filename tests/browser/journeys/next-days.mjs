export const title = 'Days later: the session is over, and Home begins with what is late';

export async function journey(person) {
  const { page } = person;
  await person.fleet.clock('2026-11-25T08:00:00Z');
  await person.open('/tasks?status=todo');
  await person.lands('/sign-in?next=%2Ftasks%3Fstatus%3Dtodo');
  await person.signIn();
  await person.lands('/tasks?status=todo');
  await person.check();
  await person.open('/');
  await person.sees('Wednesday 25 November');
  const overdue = page.getByRole('region', { name: /^Overdue/ });
  await person.sees(overdue.getByRole('link', { name: 'Place a tentative calendar hold' }));
  await person.sees(overdue.getByText('4 days late'));
  await person.sees(page.getByRole('heading', { name: /Workflows at risk/ }));
  await person.sweep('home-late', '/');
  await person.open('/workflows');
  await person.sees(page.getByText(/under way, 3 at risk$/));
  await person.open(person.workflow);
}
