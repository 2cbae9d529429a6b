// Copies a text that stands on the page.
import { $$, say, warn } from "./dom.js";

const reveal = () => $$("[data-copy]").forEach((button) => (button.hidden = !navigator.clipboard));
reveal();
document.addEventListener("dataops:shown", reveal);

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    say("Copied.");
  } catch {
    warn("The browser did not allow copying. Select the text and copy it by hand.");
  }
});
