// Presets beside a cron text: choosing one writes it there, and writing there chooses the preset that says the same.
import { $ } from "./dom.js";

document.addEventListener("change", (event) => sync(event.target, "preset"));
document.addEventListener("input", (event) => sync(event.target, "cronExpression"));

function sync(field, name) {
  const pair = field.name === name && field.closest("[data-presets]");
  if (!pair) return;
  const preset = $('[name="preset"]', pair);
  const text = $('[name="cronExpression"]', pair);
  if (name === "preset") {
    if (preset.value) text.value = preset.value;
  } else {
    const said = text.value.trim().replace(/\s+/g, " ");
    preset.value = [...preset.options].some((option) => option.value === said) ? said : "";
  }
}
