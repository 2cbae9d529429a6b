import assert from 'node:assert/strict';

export const title = 'The assistant: a draft, its output rejected with a reason and tried again, approved; edited; followed up when no attempt is left';

const NAME = 'Machine learning in production - A data platform lead';
const WHY = 'The questions fit another guest.';

export async function journey(person) {
  const { page } = person;
  await person.open('/tasks');
  const csrf = await page.locator('#act input[name=csrf]').inputValue();
  const post = async (path, data) => {
    const answer = await page.request.post(`${person.fleet.url}/work/api/${path}`, { data, headers: { 'x-csrf-token': csrf } });
    assert.equal(answer.status(), 201, await answer.text());
    return answer.json();
  };
  const { bundle } = await post('bundles', { title: NAME, anchorDate: '2030-02-15', tags: ['Podcast'], bundleLinks: [{ name: 'Podcast document', url: '' }] });
  const task = await post('tasks', { description: 'Prepare the podcast document', date: '2030-02-01', bundleId: bundle.id, tags: ['Podcast'], requiredLinkName: 'Podcast document' });

  await person.open(`/tasks/${task.id}`);
  await page.getByRole('link', { name: 'Ask the assistant…' }).click();
  await person.sees(person.heading('Ask the assistant'));
  await page.getByLabel('What else it shall know').fill('Guest: A data platform lead');
  await person.check();
  await person.sweep('assistant-ask', `/assistants/new?task=${task.id}`);
  await person.button('Keep as a draft').click();
  await person.sees('It is a draft: nobody works on it before it is handed over.');
  await person.check();
  await page.getByRole('link', { name: 'Change it' }).click();
  await person.sees(person.heading('Change the draft'));
  await person.sweep('assistant-change', new URL(page.url()).pathname);
  await page.getByLabel('What else it shall know').fill('Guest: A data platform lead\nTopic: Machine learning in production');
  await person.check();
  await person.button('Ask the assistant').click();
  await reaches(person, 'It waits for your decision: look at what it made.');
  const own = new URL(page.url()).pathname;
  await person.check();

  await page.locator('#reject > summary').click();
  await page.getByLabel('What is wrong with it').fill(WHY);
  await person.button('Reject and try again').click();
  await reaches(person, '2 of 2');
  await reaches(person, 'It waits for your decision: look at what it made.');
  await person.sees(page.locator('.attempt', { hasText: WHY }));
  await person.check();
  await person.sweep('assistant-job', own);
  await person.open('/');
  await person.sees(page.locator('#approvals .job', { hasText: NAME }));
  await person.sweep('home-approval', '/');
  await person.sweep('task-assistant', `/tasks/${task.id}`);
  await person.sweep('workflow-assistant', `/workflows/${bundle.id}`);
  await person.open('/assistants');
  await person.check();
  await person.sweep('assistants', '/assistants');

  await page.locator('#waiting .job', { hasText: NAME }).getByRole('link', { name: 'Review' }).click();
  await page.locator('#decide').getByRole('button', { name: 'Approve', exact: true }).click();
  await person.sees('It was approved.');
  await person.check();
  await person.open(`/tasks/${task.id}`);
  await person.sees(page.locator('#assistant .job', { hasText: 'approved' }));
  await person.open('/');
  assert.equal(await page.locator('#approvals .job', { hasText: NAME }).count(), 0);

  await asks(person, task, 'For the host');
  await page.getByRole('link', { name: 'Edit' }).first().click();
  await person.sees(person.heading('Edit: For the host'));
  await page.getByLabel('The text').fill('# For the host\n\nIn my own words.');
  await person.check();
  await person.sweep('assistant-edit', new URL(page.url()).pathname + new URL(page.url()).search);
  await person.button('Save and approve').click();
  await person.sees('It was approved.');
  await person.sees('In my own words.');
  await person.check();

  await asks(person, task, 'For nobody', '1');
  await page.locator('#reject > summary').click();
  await page.getByLabel('What is wrong with it').fill(WHY);
  await page.locator('#reject').getByRole('button', { name: 'Reject', exact: true }).click();
  await person.sees('No attempt is left. Make a follow-up task, or acknowledge it with a note.');
  await person.check();
  await person.sweep('assistant-over', new URL(page.url()).pathname);
  await person.open('/');
  await person.sees(page.locator('#failures .job', { hasText: 'For nobody' }));
  await page.locator('#failures .job', { hasText: 'For nobody' }).getByRole('link', { name: 'Follow up' }).click();
  const form = page.locator('#follow-up');
  if ((await form.getAttribute('open')) === null) await form.locator('summary').click();
  await form.getByLabel('What is to be done').fill('Write it by hand');
  await form.getByRole('button', { name: 'Make the task' }).click();
  await person.sees(page.getByText('acknowledged by'));
  await person.check();
  await person.open('/');
  assert.equal(await page.locator('#failures .job', { hasText: 'For nobody' }).count(), 0);
}

/** Asks for another document, and waits for it. */
async function asks(person, task, title, attempts = '2') {
  const { page } = person;
  await person.open(`/assistants/new?task=${task.id}`);
  await page.getByLabel('What it is about').fill(title);
  await page.locator('.more-fields > summary').click();
  await page.getByLabel('Attempts at most').selectOption(attempts);
  await person.button('Ask the assistant').click();
  await reaches(person, 'It waits for your decision: look at what it made.');
}

/** Waits until the job says so: its page follows along, and without modules it is opened again. */
async function reaches(person, words) {
  const { page } = person;
  for (let tries = 0; tries < 60; tries += 1) {
    if ((await page.getByText(words).count()) > 0) return;
    await page.waitForTimeout(250);
    if (!person.js && tries % 4 === 3) await person.open(new URL(page.url()).pathname);
  }
  await person.sees(words);
}
