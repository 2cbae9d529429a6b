// What holds on every page that a journey visits: it fits its width, axe finds nothing, fingers hit its controls.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
const FINGER = 44;
/** Controls that a finger has to hit at once. */
const CONTROLS = 'button, a.button, a.act, input:not([type=hidden], [type=checkbox]), select, textarea, .menu > summary, nav[aria-label=Main] a';

/** Checks the page as it stands. `report(kind, words)` is told what is wrong; `audit: false` leaves axe out. */
export async function check(page, { width, js, audit = true }, report) {
  for (const words of await page.evaluate(tooWide, width)) report('overflow', words);
  if (width < 600) for (const words of await page.evaluate(tooSmall, [CONTROLS, FINGER])) report('tap', words);
  if (!audit) return;
  for (const { id, help, nodes } of await axe(page, js)) report('axe', `${id}: ${help}: ${nodes.join(' | ')}`);
}

function tooWide(width) {
  if (document.documentElement.scrollWidth <= width) return [];
  const wide = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > width + 0.5);
  const leaves = wide.filter((element) => !wide.some((other) => other !== element && element.contains(other)));
  const names = leaves.slice(0, 3).map((element) => element.outerHTML.slice(0, 100));
  return [`${document.documentElement.scrollWidth} px in ${width} px: ${names.join(' | ')}`];
}

function tooSmall([controls, finger]) {
  const small = new Map();
  for (const element of document.querySelectorAll(controls)) {
    const box = element.getBoundingClientRect();
    const hidden = box.width <= 1 || box.height <= 1 || !element.checkVisibility({ visibilityProperty: true });
    if (hidden || box.height >= finger - 0.5 || element.closest('.skip')) continue;
    const name = `${element.tagName.toLowerCase()}${[...element.classList].map((part) => `.${part}`).join('')}`;
    small.set(name, `${name} is ${Math.round(box.width)} × ${Math.round(box.height)} px (${(element.getAttribute('aria-label') || element.textContent || element.name || '').trim().slice(0, 40)})`);
  }
  return [...small.values()];
}

/** The source goes in through the debugger, which the page's content security policy does not bind. */
async function axe(page, js) {
  // Without JavaScript no timer of the page ever fires, and axe hands over between its rules with timers.
  const timers = js ? '' : 'window.setTimeout = (act, _, ...given) => { Promise.resolve().then(() => act(...given)); return 1; };';
  return page.evaluate(`(async () => {
    ${timers}
    if (!window.axe) { ${AXE} }
    const found = await window.axe.run(document, { resultTypes: ['violations'], runOnly: ${JSON.stringify(TAGS)} });
    return found.violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.slice(0, 3).map((node) => node.target.join(' ') + ' ' + (node.any[0]?.message ?? node.all[0]?.message ?? '')) }));
  })()`);
}
