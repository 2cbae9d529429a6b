export const title = 'Waiting: asked, comes back on its day, asked again, answered';

const TASK = 'Confirm the stream date with the guest';

export async function journey(person) {
  const { page } = person;
  await person.open(person.workflow);
  await person.choose(TASK, 'Wait for somebody…');
  await within(person, 'Wait for somebody', '#wait', async (form) => {
    await form.getByLabel('Who are you waiting for?').fill('Ada Guest');
    await form.getByLabel('Ask again on').fill('2026-11-20');
    await form.getByLabel('Asked by').fill('e-mail');
    await form.getByLabel('What you asked').fill('Does 18 December suit you?');
    await person.check();
    await form.getByRole('button', { name: 'Wait', exact: true }).click();
  });
  await person.sees('Waiting. It comes back on the follow-up day.');
  await person.check();

  await person.open('/');
  const due = page.locator('#follow-ups');
  await person.sees(due.getByRole('link', { name: TASK, exact: true }));
  await person.sees(due.getByText('Follow-up due: Ada Guest'));
  if (person.phone) await person.open(await person.address(TASK));
  else await person.row(TASK).getByRole('link', { name: 'Sent again' }).click();
  await within(person, 'Asked again', '#sent', async (form) => {
    await form.getByLabel('Note').fill('Wrote once more');
    await form.getByLabel('Ask again on').fill('2026-11-24');
    await form.getByRole('button', { name: 'Save' }).click();
  });
  await person.sees('Noted: asked again.');

  await person.open('/tasks?status=waiting');
  await person.sees(person.row(TASK).getByText('Waiting on Ada Guest until Tue 24 Nov'));
  await person.row(TASK).getByRole('link', { name: `Waiting, say how it ended: ${TASK}` }).click();
  await within(person, 'They answered', '#answered', async (form) => {
    await form.getByLabel('What they said').fill('Yes, 18 December at 17:00.');
    await form.getByRole('button', { name: person.js ? 'Back on my list' : 'They answered' }).click();
  });
  await person.sees('Answered. The task is back on your list.');
  await person.check();
  await person.open('/tasks?status=waiting');
  await person.sees('No task is in this state.');
  await person.open('/tasks?status=todo');
  await person.sees(person.row(TASK));
}

/** A dialog where there is one, and otherwise the same form on the task's page. */
async function within(person, name, section, act) {
  const { page } = person;
  const dialog = page.getByRole('dialog', { name });
  const onPage = page.locator(`#task ${section}`);
  await person.sees(dialog.or(onPage));
  if (await dialog.isVisible()) return act(dialog);
  const closed = onPage.locator('details:not([open]) > summary');
  if (await closed.isVisible()) await closed.click();
  return act(onPage);
}
