// Asks the server about a form while somebody fills it in, and says at each field what it says. Nothing is saved.
import { $$, ask } from "./dom.js";

let asked = 0;

document.addEventListener("change", async (event) => {
  const form = event.target.closest?.("form[data-check]");
  if (!form) return;
  const mine = (asked += 1);
  const body = new URLSearchParams(new FormData(form));
  body.set("check", "1");
  let said;
  try {
    const answer = await ask(form.getAttribute("action"), "page", { method: "POST", body });
    if (!answer.headers.get("content-type")?.includes("json")) return;
    said = await answer.json();
  } catch {
    return;
  }
  if (mine !== asked) return;
  for (const old of $$(".wrong, .advice, .says", form)) old.remove();
  for (const old of $$("[aria-invalid]", form)) old.removeAttribute("aria-invalid");
  for (const [name, words] of Object.entries(said.fields || {})) say(form, name, words, "wrong");
  for (const [name, words] of Object.entries(said.advice || {})) say(form, name, words, "advice");
  for (const [name, words] of Object.entries(said.says || {})) say(form, name, words, "says");
});

function say(form, name, words, kind) {
  const field = form.elements.namedItem(name);
  if (!field?.after || field.type === "hidden") return;
  const line = document.createElement("p");
  line.className = kind;
  line.id = `${field.id || name}-${kind}`;
  line.textContent = words;
  if (kind === "wrong") {
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", line.id);
  }
  field.after(line);
}
