// Files over 4 MB go straight to the store: announced, sent with progress, taken over. Smaller ones go through the form.
import { $, warn } from "./dom.js";
import { refresh } from "./live.js";

const THROUGH_THE_FORM = 4 * 1024 * 1024;

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target.closest?.("form[data-upload]");
    const file = form && $("input[type=file]", form).files[0];
    if (!file || file.size <= THROUGH_THE_FORM) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    straight(form, file);
  },
  true,
);

async function straight(form, file) {
  const [progress, button] = [$("[data-progress]", form), $("button", form)];
  const say = (words) => (progress.textContent = words);
  button.disabled = true;
  warn("");
  try {
    say("Reading the file…");
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const fields = new FormData(form);
    const { file: kept, upload } = await api(form, "files/uploads", {
      taskId: fields.get("taskId"),
      filename: file.name,
      category: fields.get("category"),
      sizeBytes: file.size,
      checksum: `sha256:${hex}`,
    });
    await put(upload, file, (share) => say(`Uploading: ${Math.round(share * 100)} %`));
    say("Checking…");
    await api(form, `files/${kept.id}/complete`, {});
    form.reset();
    say("Uploaded.");
    await refresh({ quiet: false });
  } catch (error) {
    say("");
    warn(`The file was not uploaded: ${error.message} Try again.`);
  } finally {
    button.disabled = false;
  }
}

async function api(form, path, body) {
  const csrf = form.elements.namedItem("csrf").value;
  const headers = { "content-type": "application/json", "x-csrf-token": csrf };
  const answer = await fetch(`/work/api/${path}`, { method: "POST", headers, body: JSON.stringify(body), credentials: "same-origin" });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(`${said.error || `it was refused (${answer.status})`}.`);
  return said;
}

/** Sends the bytes to the signed address; only this kind of request tells how far it is. */
function put({ url, method, headers }, file, told) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) if (!["host", "content-length"].includes(name.toLowerCase())) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && told(event.loaded / event.total));
    request.addEventListener("load", () => (request.status < 300 ? resolve() : reject(new Error(`the store refused it (${request.status}).`))));
    request.addEventListener("error", () => reject(new Error("the connection broke.")));
    request.send(file);
  });
}
