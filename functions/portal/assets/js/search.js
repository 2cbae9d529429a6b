// Results while one types: a list to choose from below the field; on the search page itself, the page follows.
import { $, $$, ask, parse } from "./dom.js";

const WAIT = 160;
const field = $("#search");
const inPage = field?.dataset.search === "page";
let timer = 0;
let asked = null;
let box = null;

const address = () => {
  const fields = new URLSearchParams(new FormData(field.form));
  fields.set("q", field.value.trim());
  return `/search?${fields}`;
};

/** Asks for what is typed; an older question that is still under way is dropped. */
async function look() {
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  if (!inPage && !field.value.trim()) return hide();
  const url = address();
  try {
    const answer = await ask(url, inPage ? "page" : "options", { signal });
    const html = answer.ok ? await answer.text() : "";
    if (!html || signal.aborted) return;
    if (inPage) follow(parse(html), url);
    else offer(parse(html));
  } catch {
    // The next letter asks again, and Enter leads to the page.
  }
}

function follow(fresh, url) {
  if (!$("#found", fresh)) return;
  $("#found").replaceChildren(...$("#found", fresh).childNodes);
  document.title = fresh.title;
  history.replaceState(history.state, "", url);
}

function offer(fresh) {
  if (document.activeElement !== field) return;
  box ??= field.form.appendChild(Object.assign(document.createElement("div"), { className: "options", id: "search-options" }));
  box.replaceChildren(...fresh.body.childNodes);
  box.hidden = false;
  field.setAttribute("aria-expanded", String(Boolean($("#options"))));
  field.removeAttribute("aria-activedescendant");
}

function hide() {
  asked?.abort();
  if (box) box.hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

const isOpen = () => Boolean(box && !box.hidden);
const options = () => (isOpen() ? $$('[role="option"]', box) : []);
const active = () => options().find((option) => option.getAttribute("aria-selected") === "true");

function choose(step) {
  const all = options();
  if (all.length === 0) return;
  const at = all.indexOf(active());
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
  all.forEach((option, place) => option.setAttribute("aria-selected", String(place === next)));
  if (all[next]) {
    field.setAttribute("aria-activedescendant", all[next].id);
    all[next].scrollIntoView({ block: "nearest" });
  } else {
    field.removeAttribute("aria-activedescendant");
  }
}

if (field) {
  if (!inPage) {
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": "options", "aria-autocomplete": "list" })) field.setAttribute(name, value);
  }
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT);
  });
  field.addEventListener("focus", () => {
    if (!inPage && field.value.trim()) look();
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && isOpen()) {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && active()) {
      event.preventDefault();
      location.assign(active().dataset.href);
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault();
      event.stopPropagation();
      hide();
    }
  });
  field.form.addEventListener("submit", () => clearTimeout(timer));
  // The field keeps the focus while somebody clicks an option.
  field.form.addEventListener("mousedown", (event) => {
    if (event.target.closest("#search-options")) event.preventDefault();
  });
  field.form.addEventListener("click", (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) location.assign(option.dataset.href);
  });
  field.addEventListener("blur", () => {
    if (!inPage) hide();
  });
}
