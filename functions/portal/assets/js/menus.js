// One menu is open at a time; a click elsewhere and Escape close it.
import { $, $$ } from "./dom.js";

const open = () => $$("details.menu[open], details.me[open], details.bulk-more[open]");

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

/** Closes an open menu; true when there was one. */
export function closeMenu() {
  const [menu] = open();
  if (!menu) return false;
  menu.open = false;
  $("summary", menu).focus();
  return true;
}
