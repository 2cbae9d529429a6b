// A task opens beside its list where there is room, under its own address. Back closes it; list, filters and scroll stay.
import { $, ask, parse } from "./dom.js";

const wide = matchMedia("(min-width: 1024px)");
const panel = $("#panel");
let opener = null;
let listTitle = document.title;

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-open]");
  if (event.target.closest?.("[data-close-panel]")) {
    event.preventDefault();
    closePanel();
  } else if (link && wide.matches && panel && !event.defaultPrevented && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    opener = link.closest("[data-id]")?.dataset.id;
    open(link.getAttribute("href"), true);
  }
});

async function open(href, push) {
  let answer;
  try {
    answer = await ask(href, "panel");
  } catch {
    answer = null;
  }
  const html = answer?.ok ? await answer.text() : "";
  if (!html || html.startsWith("<!DOCTYPE")) {
    location.assign(href);
    return;
  }
  if (!document.body.dataset.list) {
    document.body.dataset.list = location.pathname + location.search;
    listTitle = document.title;
  }
  if (push) history[isOpen() ? "replaceState" : "pushState"]({ panel: href }, "", href);
  showPanel(parse(html));
  $("h2", panel)?.focus({ preventScroll: true });
}

/** Shows a task, as its answer was parsed, in the panel. */
export function showPanel(fresh) {
  panel.replaceChildren(...fresh.body.childNodes);
  panel.hidden = false;
  document.body.classList.add("has-panel");
  document.title = `${$("article", panel)?.dataset.title || "Task"} · DataOps`;
  document.dispatchEvent(new CustomEvent("dataops:shown"));
}

export const isOpen = () => Boolean(panel && !panel.hidden);

/** Closes the panel and goes back to the list's address. */
export function closePanel() {
  if (!isOpen()) return;
  if (history.state?.panel) history.back();
  else hide();
}

function hide() {
  panel.hidden = true;
  panel.replaceChildren();
  document.body.classList.remove("has-panel");
  delete document.body.dataset.list;
  document.title = listTitle;
  const row = opener && $(`#live [data-id="${CSS.escape(opener)}"] a.title`);
  (row || $("#main"))?.focus({ preventScroll: Boolean(row) });
}

addEventListener("popstate", (event) => {
  if (event.state?.panel) open(event.state.panel, false);
  else if (isOpen()) hide();
});
