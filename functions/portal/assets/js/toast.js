// "Done. Undo", for ten seconds. What it says and its button are the server's message, and the button is one of the
// page's shared form, so undoing is an ordinary request.
import { $ } from "./dom.js";

const STAYS = 10_000;
let timer = 0;

/** Takes the message with something to press out of a fresh answer and shows it over the page; false when there is none. */
export function toast(fresh) {
  const said = [...fresh.querySelectorAll("#status .flash, .panel-status .flash")].find((flash) => flash.querySelector("[data-undo], a"));
  if (!said) return false;
  const box = $("#toast") || document.body.appendChild(Object.assign(document.createElement("div"), { id: "toast" }));
  box.setAttribute("role", "status");
  box.className = "toast";
  box.hidden = false;
  said.querySelector("svg")?.remove();
  box.replaceChildren(...said.childNodes);
  said.remove();
  box.querySelector("[data-undo]")?.addEventListener("click", () => setTimeout(hide, 0));
  clearTimeout(timer);
  timer = setTimeout(hideUnlessHeld, STAYS);
  return true;
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
