// A job that somebody works on is looked at every two seconds, with ETag: its log and progress come as they are written.
import { $ } from "./dom.js";
import { refresh } from "./live.js";

const EVERY = 2_000;

async function look() {
  if (document.visibilityState === "visible" && $("#live [data-working]")) await refresh();
  setTimeout(look, EVERY);
}

/** The last line stays in sight, unless somebody reads further up. */
function follow() {
  const tail = $("#live .tail");
  if (tail && !tail.matches(":focus, :hover")) tail.scrollTop = tail.scrollHeight;
}

if ($("#live [data-watched]")) {
  setTimeout(look, EVERY);
  document.addEventListener("dataops:shown", follow);
  follow();
}
