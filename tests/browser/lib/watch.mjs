// What must not happen on any page, whoever looks at it: errors in the console, scripts that throw, requests that fail,
// documents that are too big. Statuses that a journey provokes are announced with `expect`.

const MOST_HTML = 60 * 1024;

export class Watch {
  #expected = new Set();
  #pending = [];

  constructor(page, origin, report) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      // The same failure as a response, and told better there.
      if (message.text().startsWith('Failed to load resource') && message.location().url.startsWith(origin)) return;
      report('console', message.text());
    });
    page.on('pageerror', (error) => report('script', error.message));
    page.on('requestfailed', (request) => {
      const why = request.failure()?.errorText ?? '';
      if (request.url().startsWith(origin) && why !== 'net::ERR_ABORTED') report('request', `${request.method()} ${request.url()} failed: ${why}`);
    });
    page.on('response', (response) => {
      const request = response.request();
      if (!response.url().startsWith(origin)) return;
      if (response.status() >= 400 && !this.#expected.has(response.status())) report('status', `${response.status()} for ${request.method()} ${response.url()}`);
      if (request.isNavigationRequest() && !(response.status() >= 300 && response.status() < 400)) this.#pending.push(this.#weigh(response, report));
    });
  }

  async #weigh(response, report) {
    const body = await response.body().catch(() => Buffer.alloc(0));
    if (body.length > MOST_HTML) report('size', `${response.url()} is ${body.length} bytes of HTML, more than ${MOST_HTML}`);
  }

  /** These statuses are part of the journey while `act` runs. */
  async expect(statuses, act) {
    for (const status of [statuses].flat()) this.#expected.add(status);
    try {
      return await act();
    } finally {
      await this.settled();
      for (const status of [statuses].flat()) this.#expected.delete(status);
    }
  }

  /** Every document so far has been weighed. */
  async settled() {
    await Promise.all(this.#pending.splice(0));
  }
}
