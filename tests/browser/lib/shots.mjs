// Screenshots for docs/screenshots: the whole page up to a height that still reads well in a document.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

const FOLDER = path.resolve(import.meta.dirname, '../../../docs/screenshots');
const HIGHEST = 1_400;

export async function shoot(page, name, { width, height, theme }) {
  await mkdir(FOLDER, { recursive: true });
  const full = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.min(Math.max(full, height), HIGHEST) });
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: path.join(FOLDER, `${name}-${width}-${theme}.png`), caret: 'hide', animations: 'disabled' });
  await page.setViewportSize({ width, height });
}
