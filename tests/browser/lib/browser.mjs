// Chromium, and the looks a page is looked at with.
import { chromium } from 'playwright-core';

/** How long to wait for what does not come, in milliseconds: no journey is expected to take a certain time. */
const STEP = 30_000;

export const WIDE = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** Starts the browser that scripts/test found, or the distribution's. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.DATAOPS_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A fresh browser profile. A look is `{ width, height, theme, js }`. */
export async function profile(browser, url, { width, height, theme, js }) {
  const phone = width < 600;
  const context = await browser.newContext({
    baseURL: url, viewport: { width, height }, isMobile: phone, hasTouch: phone, colorScheme: theme, javaScriptEnabled: js,
    locale: 'en-GB', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce', permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(STEP);
  context.setDefaultNavigationTimeout(STEP);
  return context;
}
