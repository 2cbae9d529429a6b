// A pasted address loses the blanks around it; when nothing else is asked for, Enter finishes.
import { $$ } from "./dom.js";

document.addEventListener("paste", (event) => {
  const field = event.target;
  if (!field.matches?.("form[data-paste] input")) return;
  const text = event.clipboardData?.getData("text/plain").trim() || "";
  if (!/^(https?:\/\/|mailto:)\S+$/.test(text) || field.selectionStart !== 0 || field.selectionEnd !== field.value.length) return;
  event.preventDefault();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const open = $$("input:not([type=hidden]), textarea", field.form).filter((other) => !other.value && other.offsetParent);
  open[0]?.focus();
});
