// Menu entries open their dialog right here; the browser keeps the focus inside and brings it back.
import { $, $$ } from "./dom.js";

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-dialog], .menu-items a[href*='#']");
  if (link && openDialog(link.hash.slice(1), link.closest("[data-id]"))) event.preventDefault();
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (plain && event.target.closest?.("a[data-new]") && openNew()) event.preventDefault();
  if (event.target.closest?.("[data-close]")) event.target.closest("dialog").close();
  if (event.target.closest?.("[data-help]")) $("#help").showModal();
  const needs = event.target.closest?.("[data-dismiss]")?.closest(".needs");
  if (needs) {
    const row = needs.closest("[data-id]");
    needs.remove();
    $("a.title", row)?.focus();
  }
});

/** Opens the dialog for a new task; false when the page has none. */
export function openNew() {
  const dialog = $("#dialog-new");
  if (!dialog) return false;
  const form = $("form", dialog);
  form.reset();
  for (const old of $$(".wrong", form)) old.remove();
  form.elements.namedItem("key").value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  dialog.showModal();
  form.elements.namedItem("description").focus();
  return true;
}

/** Opens a dialog for a row; false when the page has no such dialog. */
export function openDialog(name, row) {
  const dialog = document.getElementById(`dialog-${name}`);
  if (!dialog || !row?.dataset.id) return false;
  const form = $("form", dialog);
  form.reset();
  for (const old of $$(".wrong", form)) old.remove();
  form.action = `/tasks/${row.dataset.id}/${name}`;
  form.elements.namedItem("back").value = $("#act").elements.namedItem("back").value;
  $(".dialog-task", dialog).textContent = $(".title", row)?.textContent || "";
  if (name === "due") form.elements.namedItem("date").value = row.dataset.date || "";
  if (name === "assign") form.elements.namedItem("assigneeId").value = row.dataset.who || "";
  const menu = $("details.menu[open]", row);
  if (menu) {
    menu.open = false;
    $("summary", menu).focus();
  }
  dialog.showModal();
  $$("input:not([type=hidden]), textarea, select", dialog).find((field) => !field.value || name !== "sent")?.focus();
  return true;
}
