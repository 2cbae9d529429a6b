// Puts a fresh answer of the server on the page, region by region, and leaves alone what somebody is busy with.
import { $, $$ } from "./dom.js";

const known = new Map();

const regions = (root) => $$("#live :is(section, p, nav)[id]", root).filter((region) => !region.parentElement.closest("#live :is(section, p, nav)[id]"));

function remember() {
  known.clear();
  for (const region of regions(document)) known.set(region.id, region.outerHTML);
}
remember();

function dirty(field) {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  return field.tagName === "SELECT" ? $$("option", field).some((option) => option.selected !== option.defaultSelected) : field.value !== field.defaultValue;
}

/** True when replacing the element would take something from under the reader's hands. */
function busy(element) {
  const active = document.activeElement;
  const typing = active && element.contains(active) && active.matches("input, textarea, select");
  return typing || $$("details.menu[open], .needs", element).length > 0 || $$("input:not([type=hidden]), textarea, select", element).some(dirty);
}

const openKeys = (root) => new Map($$("details[data-key]", root).map((details) => [details.dataset.key, details.open]));

function reopen(root, keys) {
  for (const details of $$("details[data-key]", root)) if (keys.has(details.dataset.key)) details.open = keys.get(details.dataset.key);
}

/** Where the focus is, told by rows, so that it finds its place again. */
function place() {
  const row = document.activeElement?.closest?.("#live [data-id]");
  if (!row) return null;
  const rows = $$("#live [data-id]");
  return { id: row.dataset.id, later: rows.slice(rows.indexOf(row) + 1).map((other) => other.dataset.id) };
}

function restore(at) {
  if (!at || document.activeElement?.isConnected && document.activeElement !== document.body) return;
  const rows = new Map($$("#live [data-id]").map((row) => [row.dataset.id, row]));
  const row = [at.id, ...at.later].map((id) => rows.get(id)).find(Boolean);
  ($("a.title", row || document.createElement("i")) || $("#main")).focus({ preventScroll: !row });
}

/** Shows the page in `fresh`; with `quiet` it waits for a better moment where the reader is busy. Ticked rows stay ticked, unless `unpick`. */
export function show(fresh, { quiet = false, status = true, unpick = false } = {}) {
  if (!$("#live", fresh)) return false;
  const at = place();
  const picked = new Set(unpick ? [] : $$("#live .pick :checked").map((box) => box.value));
  const [here, there] = [regions(document), regions(fresh)];
  const same = here.length > 0 && here.map((region) => region.id).join() === there.map((region) => region.id).join();
  if (same) {
    here.forEach((region, index) => {
      const html = there[index].outerHTML;
      if (known.get(region.id) === html && (quiet || !busy(region))) return;
      if (quiet && busy(region)) return;
      const keys = openKeys(region);
      const next = document.adoptNode(there[index]);
      region.replaceWith(next);
      known.set(next.id, html);
      reopen(next, keys);
    });
  } else if (!(quiet && busy($("#live")))) {
    const keys = openKeys($("#live"));
    $("#live").replaceChildren(...$("#live", fresh).childNodes);
    reopen($("#live"), keys);
    remember();
  }
  for (const selector of [".head-words", ".rail nav"]) {
    const [old, next] = [$(selector), $(selector, fresh)];
    if (old && next && old.outerHTML !== next.outerHTML && !old.contains(document.activeElement)) old.replaceWith(document.adoptNode(next));
  }
  if (!quiet && status) $("#status").replaceChildren(...$("#status", fresh).childNodes);
  for (const box of $$("#live .pick input")) if (picked.has(box.value)) box.checked = true;
  restore(at);
  document.dispatchEvent(new CustomEvent("dataops:shown"));
  return true;
}
