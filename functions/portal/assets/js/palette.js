// Ctrl/Cmd K: everything by its name. Places are those of the rail; the rest is what the search finds.
import { $, $$, ask, parse } from "./dom.js";
import { openNew } from "./dialogs.js";

const WAIT = 160;
let dialog = null;
let timer = 0;
let asked = null;

const places = () => [
  { name: "New task", act: openNew },
  { name: "Start a workflow", href: "/start" },
  ...[...new Map($$(".rail a[href^='/']").map((link) => [link.getAttribute("href"), link])).entries()]
    .filter(([href, link]) => !link.matches(".brand") && href !== "/tasks/new")
    .map(([href, link]) => ({ name: $("span:not(.count)", link)?.textContent.trim() || link.textContent.trim(), href })),
  // What a page offers by name, such as asking the assistant about what it shows.
  ...$$("#main [data-palette]").map((link) => ({ name: link.dataset.palette, href: link.getAttribute("href") })),
  { name: "Keyboard shortcuts", act: () => $("#help").showModal() },
];

function build() {
  const made = document.createElement("dialog");
  made.id = "palette";
  made.setAttribute("aria-label", "Go to anything");
  const field = Object.assign(document.createElement("input"), { type: "search", id: "palette-field", placeholder: "A page, a workflow, a task, a document", maxLength: 200, autocomplete: "off" });
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "true", "aria-controls": "palette-options", "aria-autocomplete": "list", "aria-label": "Go to anything" })) field.setAttribute(name, value);
  const list = Object.assign(document.createElement("ul"), { id: "palette-options" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Places and results");
  const box = Object.assign(document.createElement("div"), { className: "options", tabIndex: 0 });
  box.append(list);
  made.append(field, box);
  field.addEventListener("input", () => {
    offer([]);
    clearTimeout(timer);
    timer = setTimeout(look, WAIT);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(options().indexOf(active()) + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(active());
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => choose(event.target.closest('[role="option"]')));
  made.addEventListener("click", (event) => {
    if (event.target === made) made.close();
  });
  return document.body.appendChild(made);
}

const field = () => $("#palette-field", dialog);
const options = () => $$('[role="option"]', dialog);
const active = () => options().find((option) => option.getAttribute("aria-selected") === "true");

function mark(place) {
  const all = options();
  const at = Math.min(Math.max(place, 0), all.length - 1);
  all.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
  if (all[at]) field().setAttribute("aria-activedescendant", all[at].id);
  else field().removeAttribute("aria-activedescendant");
  all[at]?.scrollIntoView({ block: "nearest" });
}

/** Shows the places whose names fit, and below them what was found. */
function offer(found) {
  const words = field().value.trim().toLowerCase().split(/\s+/);
  const fits = (name) => words.every((word) => name.toLowerCase().includes(word));
  const own = places().filter((place) => fits(place.name)).map((place) => {
    const option = document.createElement("li");
    option.textContent = place.name;
    option.className = "option-place";
    if (place.href) option.dataset.href = place.href;
    else option.act = place.act;
    return option;
  });
  const all = [...own, ...found];
  all.forEach((option, index) => {
    option.setAttribute("role", "option");
    option.id = `palette-${index}`;
  });
  if (all.length === 0) {
    const none = Object.assign(document.createElement("li"), { className: "none", textContent: "Nothing has this name." });
    none.setAttribute("role", "presentation");
    all.push(none);
  }
  $("#palette-options", dialog).replaceChildren(...all);
  mark(0);
}

/** Asks the search; an older question that is still under way is dropped. */
async function look() {
  asked?.abort();
  const words = field().value.trim();
  if (!words) return;
  asked = new AbortController();
  const { signal } = asked;
  try {
    const answer = await ask(`/search?${new URLSearchParams({ q: words })}`, "options", { signal });
    const html = answer.ok ? await answer.text() : "";
    if (!signal.aborted && dialog.open && html) offer($$('[role="option"]', parse(html)).map((option) => document.adoptNode(option)));
  } catch {
    // The next letter asks again; places are offered without the search.
  }
}

function choose(option) {
  if (!option) return;
  dialog.close();
  if (option.act) option.act();
  else location.assign(option.dataset.href);
}

document.addEventListener("keydown", (event) => {
  const opens = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
  if (!opens || !$("#live") || ($("dialog[open]") && !dialog?.open)) return;
  event.preventDefault();
  dialog ??= build();
  if (dialog.open) return dialog.close();
  field().value = "";
  dialog.showModal();
  offer([]);
  field().focus();
});
