// Somebody at the browser: finds things by their words, and every page they come to is checked.
import assert from 'node:assert/strict';

import { PHONE, WIDE, profile } from './browser.mjs';
import { check } from './check.mjs';
import { shoot } from './shots.mjs';
import { Watch } from './watch.mjs';

export const EMAIL = 'operator@dataops.local';
export const PASSWORD = 'dataops';

const LOOKS = [WIDE, PHONE].flatMap((size) => ['light', 'dark'].map((theme) => ({ ...size, theme, js: true })));

export class Person {
  /** What was wrong on the pages of the journey under way. */
  findings = [];
  #seen = new Set();
  #audited = new Set();
  #looks = [];

  /** `sweeps`: this one also looks at chosen pages in every width and theme. */
  static async arrive(browser, fleet, look, { sweeps, screenshots }) {
    const person = new Person();
    Object.assign(person, { browser, fleet, look, js: look.js, phone: look.width < 600, sweeps, screenshots });
    person.context = await profile(browser, fleet.url, look);
    person.page = await person.context.newPage();
    person.watch = new Watch(person.page, fleet.url, person.#reporter(person.page, look));
    return person;
  }

  async leave() {
    await this.context.close();
    for (const { context } of this.#looks) await context.close();
  }

  #reporter(page, look) {
    return (kind, words) => {
      const key = `${look.width} ${look.theme} ${kind} ${words}`;
      if (this.#seen.has(key)) return;
      this.#seen.add(key);
      this.findings.push(`[${kind}] ${new URL(page.url()).pathname} (${look.width} ${look.theme}${look.js ? '' : ', no JavaScript'}): ${words}`);
    };
  }

  /** Goes to an address and checks the page. */
  async open(address) {
    await this.page.goto(address);
    await this.check();
  }

  /** Checks the page as it stands. */
  async check() {
    await this.page.waitForLoadState('load');
    await this.watch.settled();
    await check(this.page, { ...this.look, audit: this.#audits() }, this.#reporter(this.page, this.look));
  }

  /** Whether axe looks at the page as it stands: `once` is each kind of page, whatever record it is about. */
  #audits() {
    const kind = new URL(this.page.url()).pathname.replace(/\/\w{16,}/g, '/*');
    const known = this.#audited.has(kind);
    this.#audited.add(kind);
    return this.look.audit === 'always' || (this.look.audit === 'once' && !known);
  }

  /** Waits until it can be seen: words, or a locator. */
  async sees(what) {
    const found = typeof what === 'string' ? this.page.getByText(what).first() : what.first();
    await found.waitFor().catch((error) => assert.fail(`not seen on ${this.page.url()}: ${what}\n${error.message}`));
    return found;
  }

  /** Opens what a phone keeps folded under these words. On a wide screen nothing is folded. */
  async unfolds(words) {
    const fold = this.page.locator('details:not([open]) > summary', { hasText: words });
    if (await fold.isVisible()) await fold.click();
  }

  /** Waits until it cannot be seen. */
  async misses(what) {
    const gone = typeof what === 'string' ? this.page.getByText(what).first() : what.first();
    await gone.waitFor({ state: 'hidden' }).catch((error) => assert.fail(`still seen on ${this.page.url()}: ${what}\n${error.message}`));
  }

  /** Waits for an address: path and query. */
  async lands(expected) {
    const fits = (url) => (expected instanceof RegExp ? expected.test(url.pathname + url.search) : url.pathname + url.search === expected);
    await this.page.waitForURL(fits).catch(() => assert.fail(`expected to land on ${expected}, but is on ${this.page.url()}`));
  }

  heading(words) {
    return this.page.getByRole('heading', { name: words });
  }

  button(words) {
    return this.page.getByRole('button', { name: words, exact: true });
  }

  /** The line of a task in a list. */
  row(title) {
    return this.page.locator('#live').getByRole('listitem').filter({ has: this.page.getByRole('link', { name: title, exact: true }) });
  }

  /** The address of a task in a list. */
  address(title) {
    return this.row(title).getByRole('link', { name: title, exact: true }).getAttribute('href');
  }

  /** Completes from the list: the button, or on a phone the circle. */
  async complete(title) {
    const row = this.row(title);
    const button = row.getByRole('button', { name: this.phone ? `Complete: ${title}` : 'Done', exact: true });
    await button.click();
  }

  /** An entry of a row's menu. */
  async choose(title, entry) {
    const row = this.row(title);
    await row.getByLabel(`More for ${title}`).click();
    await row.getByRole('link', { name: entry }).click();
  }

  /** Pastes as with Ctrl-V. */
  async paste(field, text) {
    if (!this.js) return field.fill(text);
    await this.page.evaluate((words) => navigator.clipboard.writeText(words), text);
    await field.focus();
    await this.page.keyboard.press('ControlOrMeta+V');
    for (let tries = 0; tries < 200 && (await field.inputValue()) !== text; tries += 1) await this.page.waitForTimeout(50);
    assert.equal(await field.inputValue(), text, 'what was pasted stands in the field');
  }

  /** Signs in on the sign-in page. */
  async signIn(password = PASSWORD) {
    await this.page.getByLabel('E-mail').fill(EMAIL);
    await this.page.getByLabel('Password').fill(password);
    await this.button('Sign in').click();
  }

  /** Closes every page, as one does for the night: what is open would notice that the session ends. */
  async rest() {
    for (const page of [this.page, ...this.#looks.map((look) => look.page)]) await page.goto('about:blank');
  }

  /** Looks at a page in every width and theme. `act` is what to do there first. */
  async sweep(name, address, { act, status, signedOut = false } = {}) {
    if (!this.sweeps) return;
    const looks = await this.#everyLook();
    await Promise.all(looks.map(async ({ look, context, page, watch }) => {
      await context.clearCookies();
      if (!signedOut) await context.addCookies(await this.context.cookies());
      await watch.expect(status ?? [], async () => {
        await page.goto(address);
        await act?.(page);
        await check(page, look, this.#reporter(page, look));
      });
      if (this.screenshots) await shoot(page, name, look);
    }));
  }

  async #everyLook() {
    if (this.#looks.length === 0) {
      for (const look of LOOKS) {
        const context = await profile(this.browser, this.fleet.url, look);
        const page = await context.newPage();
        this.#looks.push({ look, context, page, watch: new Watch(page, this.fleet.url, this.#reporter(page, look)) });
      }
    }
    return this.#looks;
  }
}
