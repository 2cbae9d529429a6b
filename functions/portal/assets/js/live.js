// Lists stay fresh by themselves: every 30 seconds while the page is looked at, and at once when it is looked at again.
import { $, ask, listUrl, parse, warn } from "./dom.js";
import { show } from "./refresh.js";

const EVERY = 30_000;
let tag = "";
let tagOf = "";
let last = Date.now();
let signedOut = false;

/** Asks for the list again. Not `quiet`: right after an action of the reader's own. */
export async function refresh({ quiet = true } = {}) {
  if (signedOut || !$("#live[data-live]")) return;
  const url = listUrl();
  last = Date.now();
  let answer;
  try {
    answer = await ask(url, "page", { headers: tag && tagOf === url ? { "if-none-match": tag } : {} });
  } catch {
    return;
  }
  if (answer.status === 401) {
    signedOut = true;
    warn("You are signed out. Sign in again in another tab, then reload this page.");
    return;
  }
  const checked = answer.headers.get("x-checked");
  if (answer.status === 304 && checked) $("#checked").textContent = checked;
  if (!answer.ok || url !== listUrl()) return;
  [tag, tagOf] = [answer.headers.get("etag") || "", url];
  show(parse(await answer.text()), { quiet, status: false });
}

setInterval(() => {
  if (document.visibilityState === "visible" && Date.now() - last >= EVERY - 500) refresh();
}, EVERY);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && Date.now() - last >= EVERY) refresh();
});
