// Menu entries open their dialog right here; the browser keeps the focus inside and brings it back.
import { $, $$, ask, parse } from "./dom.js";

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-dialog], .menu-items a[href*='#']");
  if (link && openDialog(link.hash.slice(1), link.closest("[data-id]"))) event.preventDefault();
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (plain && event.target.closest?.("a[data-new]")) {
    event.preventDefault();
    openNew();
  }
  if (event.target.closest?.("[data-close]")) {
    event.preventDefault();
    event.target.closest("dialog").close();
  }
  if (event.target.closest?.("[data-help]")) $("#help").showModal();
  const needs = event.target.closest?.("[data-dismiss]")?.closest(".needs");
  if (needs) {
    const row = needs.closest("[data-id]");
    needs.remove();
    $("a.title", row)?.focus();
  }
});

/** Opens the dialog for a new task: the page's own, else one with the form of the page for new tasks. */
export async function openNew() {
  const dialog = $("#dialog-new") || (await fetched());
  if (!dialog) return location.assign("/tasks/new");
  const form = $("form", dialog);
  form.reset();
  for (const old of $$(".wrong", form)) old.remove();
  form.elements.namedItem("key").value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  dialog.showModal();
  form.elements.namedItem("description").focus();
}

async function fetched() {
  const answer = await ask("/tasks/new", "page").catch(() => null);
  const form = answer?.ok && $('form[action="/tasks/new"]', parse(await answer.text()));
  if (!form) return null;
  form.removeAttribute("data-plain");
  form.elements.namedItem("back").value = $("#act").elements.namedItem("back").value;
  const stay = Object.assign(document.createElement("input"), { type: "hidden", name: "stay", value: "1" });
  const title = Object.assign(document.createElement("h2"), { id: "dialog-new-h", textContent: "New task" });
  form.prepend(title, stay);
  $("a.quiet", form)?.setAttribute("data-close", "");
  const dialog = Object.assign(document.createElement("dialog"), { id: "dialog-new" });
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(document.adoptNode(form));
  return document.body.appendChild(dialog);
}

/** Opens a dialog for a row; false when the page has no such dialog. */
export function openDialog(name, row) {
  const dialog = document.getElementById(`dialog-${name}`);
  if (!dialog || !row?.dataset.id) return false;
  const form = $("form", dialog);
  form.reset();
  for (const old of $$(".wrong", form)) old.remove();
  form.action = `${dialog.dataset.base || "/tasks"}/${row.dataset.id}/${name}`;
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

/** Opens a part of a task's own page or panel and goes to its first field; false when the task has no such part. */
export function openPart(name) {
  const part = $(`#panel #${name}`) || $(`#task #${name}`);
  if (!part) return false;
  const folds = [part.closest("details"), $("details", part)].filter(Boolean);
  for (const fold of folds) fold.open = true;
  $$("input:not([type=hidden]), textarea, select", part)[0]?.focus();
  return true;
}
