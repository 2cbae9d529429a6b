// "Done. Undo", for ten seconds. The button is one of the page's shared form, so undoing is an ordinary request.
import { $ } from "./dom.js";

const STAYS = 10_000;
let timer = 0;

export function toast(words, undo) {
  const box = $("#toast") || document.body.appendChild(Object.assign(document.createElement("div"), { id: "toast" }));
  box.setAttribute("role", "status");
  const text = document.createElement("span");
  text.textContent = words;
  const button = Object.assign(document.createElement("button"), { className: "quiet", textContent: "Undo" });
  button.setAttribute("form", "act");
  button.setAttribute("formaction", undo);
  button.addEventListener("click", () => setTimeout(hide, 0));
  box.className = "toast";
  box.hidden = false;
  box.replaceChildren(text, button);
  clearTimeout(timer);
  timer = setTimeout(hideUnlessHeld, STAYS);
}

function hideUnlessHeld() {
  const box = $("#toast");
  if (box.matches(":hover, :focus-within")) timer = setTimeout(hideUnlessHeld, 2_000);
  else hide();
}

function hide() {
  const box = $("#toast");
  if (box) box.hidden = true;
}
