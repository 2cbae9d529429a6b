export const title = 'Nothing there: an unknown address says so and leads Home';

export async function journey(person) {
  const { page } = person;
  await person.sweep('not-found', '/nowhere', { status: 404 });
  for (const address of ['/nowhere', '/tasks/no-such-task', '/workflows/no-such-workflow', '/start/no-such-template']) {
    await person.watch.expect(404, async () => {
      await person.open(address);
      await person.sees(person.heading('There is no such page'));
    });
  }
  await page.getByRole('link', { name: 'Go to Home' }).click();
  await person.lands('/');
}
