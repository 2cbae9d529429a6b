// Single keys for those who live here all day. They can be turned off, and never act while somebody types.
import { $, $$ } from "./dom.js";
import { clearPicks, openBulk, picked, runBulk, togglePick } from "./bulk.js";
import { openDialog, openNew, openPart } from "./dialogs.js";
import { send } from "./forms.js";
import { closeMenu } from "./menus.js";
import { closePanel, isOpen } from "./panel.js";

const STORE = "dataops.keys";
const GO = { h: "/", t: "/tasks", w: "/workflows", i: "/inbox", c: "/calendar", a: "/assistants", r: "/recurring", e: "/templates", d: "/documents" };
let going = 0;

const box = $("#keys-on");
const isOn = () => localStorage.getItem(STORE) !== "off";
if (box) {
  box.checked = isOn();
  box.addEventListener("change", () => localStorage.setItem(STORE, box.checked ? "on" : "off"));
}
for (const button of $$("[data-help]")) button.hidden = false;

const rows = () => $$("#live .row, #live .card, #live .hit, #live .told, #live .job").filter((row) => row.offsetParent);
const current = () => document.activeElement?.closest?.("#live [data-id]");

function move(step) {
  const all = rows();
  const at = all.indexOf(current());
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
  const link = next && $("a.title", next);
  link?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function select() {
  const row = current();
  if (row && !togglePick(row)) row.classList.toggle("is-selected");
}

async function complete() {
  if (picked().length > 0) return runBulk("done");
  const picked = $$("#live .row.is-selected");
  for (const row of picked.length > 0 ? picked : [current()]) {
    const button = row && $('button[data-act="done"]', row);
    if (button) await send(button.form, button);
  }
}

const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  x: select,
  e: complete,
  w: () => openDialog("wait", current()) || openPart("wait"),
  f: () => openDialog("sent", current()) || openPart("sent"),
  d: () => openBulk("d") || openDialog("due", current()) || openPart("due"),
  a: () => openBulk("a") || openDialog("assign", current()) || openPart("assign"),
  c: openNew,
  n: () => location.assign("/start"),
  "/": () => $("#search")?.focus(),
  "?": () => $("#help")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !$("#live")) return;
  if (event.key === "Escape") {
    if ($("dialog[open]")) return;
    if (event.target.closest?.(".needs")) $("[data-dismiss]", event.target.closest(".needs")).click();
    else if (closeMenu()) return;
    else if (isOpen()) closePanel();
    else if (clearPicks()) return;
    else if (event.target.id === "search") event.target.blur();
    return;
  }
  if (event.target.matches?.("input, textarea, select") || $("dialog[open]") || !isOn()) return;
  if (going && Date.now() - going < 1_500 && GO[event.key]) {
    going = 0;
    location.assign(GO[event.key]);
  } else if (event.key === "g") {
    going = Date.now();
  } else if (ACTIONS[event.key]) {
    going = 0;
    event.preventDefault();
    ACTIONS[event.key]();
  }
});
