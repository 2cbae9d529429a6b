// Ticking rows: how many are ticked, whole stretches with Shift, and the bar's fields by their keys.
import { $, $$ } from "./dom.js";

const boxes = () => $$("#live .pick input");
let last = null;

export const picked = () => boxes().filter((box) => box.checked);

function told() {
  const bar = $("#bulk");
  if (!bar) return;
  const number = picked().length;
  $("[data-count]", bar).textContent = `${number} selected`;
  for (const button of $$("[data-pick]", bar)) button.hidden = false;
  $('[data-pick="all"]', bar).hidden = number === boxes().length;
  if (number === 0) for (const more of $$("details", bar)) more.open = false;
}

/** Ticks a row or takes its tick off; false when the page has no boxes to tick. */
export function togglePick(row) {
  const box = $(".pick input", row);
  if (!box) return false;
  box.checked = !box.checked;
  last = box;
  told();
  return true;
}

/** Takes every tick off; false when there was none. */
export function clearPicks() {
  const all = picked();
  for (const box of all) box.checked = false;
  told();
  return all.length > 0;
}

/** Presses a button of the bar. */
export function runBulk(name) {
  $(`#bulk button[value="${name}"]`)?.click();
}

/** Opens a part of the bar by its key; false when no row is ticked. */
export function openBulk(key) {
  const more = picked().length > 0 && $(`#bulk details[data-for="${key}"]`);
  if (!more) return false;
  more.open = true;
  $("input, select", more).focus();
  return true;
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.(".pick input")) told();
});
document.addEventListener("click", (event) => {
  const box = event.target.closest?.(".pick input");
  if (box) {
    const all = boxes();
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) for (const between of all.slice(from, to + 1)) between.checked = box.checked;
    last = box;
  }
  const which = event.target.closest?.("[data-pick]")?.dataset.pick;
  if (which === "all") for (const each of boxes()) each.checked = true;
  if (which === "none") clearPicks();
  if (box || which) told();
});
document.addEventListener("keydown", (event) => {
  // Enter in a field of the bar presses that field's own button.
  const more = event.key === "Enter" && !event.isComposing && event.target.matches?.("#bulk input") && event.target.closest("details");
  if (!more) return;
  event.preventDefault();
  $("button", more).click();
});
document.addEventListener("dataops:shown", told);
told();
