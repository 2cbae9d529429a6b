// What the modules share: finding elements, talking to the reader, asking the portal.

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Says something that went well, politely. */
export function say(words) {
  const place = $("#status");
  if (!place) return;
  const line = document.createElement("p");
  line.className = "flash";
  line.textContent = words;
  place.replaceChildren(line);
}

/** Says what failed; `words` empty takes it back. */
export function warn(words, root = document) {
  const place = $("#alert");
  if (!place) return;
  const line = document.createElement("p");
  line.className = "problem";
  line.textContent = words;
  place.replaceChildren(...(words ? [line] : []));
  if (words && root === document) line.scrollIntoView({ block: "nearest" });
}

/** Asks the portal for a part of a page: `page` or `panel`. */
export function ask(url, part, options = {}) {
  return fetch(url, { ...options, cache: "no-store", credentials: "same-origin", headers: { "x-part": part, ...options.headers } });
}

export const parse = (html) => new DOMParser().parseFromString(html, "text/html");

/** The list behind an open panel, or the page itself: what a refresh asks for. */
export function listUrl() {
  return document.body.dataset.list || location.pathname + location.search.replace(/([?&])(saved|did)=[^&]*/g, "$1").replace(/[?&]+$/, "");
}
