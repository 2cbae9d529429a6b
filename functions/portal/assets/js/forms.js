// Sends forms without leaving the page. A refusal keeps what was typed and says what is missing beside its field.
import { $, $$, ask, parse, warn } from "./dom.js";
import { refresh } from "./live.js";
import { closePanel, showPanel } from "./panel.js";
import { show } from "./refresh.js";
import { toast } from "./toast.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("data-plain") || form.closest(".rail") || !$("#live")) return;
  event.preventDefault();
  send(form, event.submitter);
});

/** Sends a form as its button would. */
export async function send(form, button) {
  if (form.dataset.sending && form.id !== "act") return;
  const url = button?.getAttribute("formaction") || form.getAttribute("action");
  const inPanel = Boolean((button || form).closest("#panel"));
  const fields = new FormData(form, button?.name ? button : undefined);
  const body = form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields);
  const row = (button || form).closest("[data-id]");
  form.dataset.sending = "1";
  button?.setAttribute("aria-busy", "true");
  warn("");
  try {
    const answer = await ask(url, inPanel ? "panel" : "page", { method: "POST", body });
    const said = answer.headers.get("content-type")?.includes("json");
    await (answer.ok && !said ? accepted(answer, { form, url, inPanel }) : refused(answer, { form, row }));
  } catch {
    trouble(form, "Not sent: there is no connection. What you typed is still here; try again in a moment.");
  } finally {
    delete form.dataset.sending;
    button?.removeAttribute("aria-busy");
  }
}

async function accepted(answer, { form, url, inPanel }) {
  const target = new URL(answer.url);
  form.closest("dialog")?.close();
  const html = await answer.text();
  const fresh = parse(html);
  const unpick = form.hasAttribute("data-stay");
  const here = (document.body.dataset.list && new URL(document.body.dataset.list, location.href).pathname) || location.pathname;
  if (inPanel && url.endsWith("/delete")) {
    toast(fresh);
    await refresh({ quiet: false });
    closePanel();
  } else if (inPanel && html.includes('class="task"') && !html.startsWith("<!DOCTYPE")) {
    toast(fresh);
    showPanel(fresh);
    await refresh({ quiet: false });
  } else if (target.pathname === here || (unpick && !answer.redirected)) {
    for (const field of $$("input, textarea", form)) if (field.type !== "hidden") field.value = field.type === "file" ? "" : field.defaultValue;
    toast(fresh);
    show(fresh, { unpick });
  } else if (document.body.dataset.list) {
    toast(fresh);
    await refresh({ quiet: false });
  } else {
    location.assign(answer.url);
  }
}

async function refused(answer, { form, row }) {
  const said = answer.headers.get("content-type")?.includes("json") ? await answer.json() : { message: `That did not work (${answer.status}). Reload the page and try again.` };
  if (said.html && row?.matches("li")) {
    $(".needs", row)?.remove();
    const part = parse(said.html).body.firstElementChild;
    row.append(document.adoptNode(part));
    ($("input:not([type=hidden]), textarea", row) || part).focus();
    return;
  }
  for (const old of $$(".wrong", form)) old.remove();
  for (const old of $$("[aria-invalid]", form)) old.removeAttribute("aria-invalid");
  const wrong = Object.entries(said.fields || {}).map(([name, words]) => mark(form, name, words)).filter(Boolean);
  if (wrong.length > 0) {
    for (let part = wrong[0].closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    wrong[0].focus();
  } else trouble(form, said.message);
}

/** Says beside a field what is wrong with it. */
function mark(form, name, words) {
  const field = form.elements.namedItem(name);
  if (!field?.id || field.type === "hidden") return null;
  const line = document.createElement("p");
  line.className = "wrong";
  line.id = `${field.id}-error`;
  line.textContent = words;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", line.id);
  field.after(line);
  return field;
}

/** A failure that belongs to no field: in the dialog it happened in, else above the page. */
function trouble(form, words) {
  const around = form.closest("dialog, #panel");
  if (!around) return warn(words);
  const line = document.createElement("p");
  line.className = "wrong";
  line.setAttribute("role", "alert");
  line.textContent = words;
  form.append(line);
}
