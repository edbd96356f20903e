// Small helps on top of pages that work without any script: the why panel opens beside the page,
// its tree is walked with the arrow keys, a file can be dropped, a running job looks again by itself.

const words = document.body.dataset;
const panel = () => document.getElementById("why-panel");
let opener = null;

function address(id) {
  const url = new URL(location.href);
  if (id) url.searchParams.set("why", id); else url.searchParams.delete("why");
  return url;
}

function closePanel(push) {
  const open = panel();
  if (!open) return;
  open.remove();
  document.body.classList.remove("has-why");
  if (push) history.pushState({}, "", address(""));
  // The number that opened it; after a reload, the first one that opens the same explanation.
  const target = opener && document.contains(opener) ? opener : document.querySelector(`[data-why="${CSS.escape(open.dataset.id || "")}"]`);
  opener = null;
  if (target) target.focus();
}

async function openPanel(id, push) {
  const response = await fetch(`${words.whyBase}${encodeURIComponent(id)}/?panel=1`, { headers: { "X-Requested-With": "fetch" } });
  const holder = document.createElement("div");
  holder.innerHTML = await response.text();
  const fresh = holder.querySelector("#why-panel");
  if (!fresh) { location.assign(`${words.whyBase}${encodeURIComponent(id)}/`); return; }
  fresh.classList.add("overlay");
  const old = panel();
  if (old) old.replaceWith(fresh); else document.querySelector("main").prepend(fresh);
  document.body.classList.add("has-why");
  prepareTree(fresh);
  if (push) history.pushState({ why: id }, "", address(id));
  fresh.focus();
}

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close-why]");
  if (close && panel()) { event.preventDefault(); closePanel(true); return; }
  const copy = event.target.closest("[data-copy]");
  // Without HTTPS only this machine has a clipboard; elsewhere the link leads to the page itself.
  if (copy && navigator.clipboard) {
    event.preventDefault();
    navigator.clipboard.writeText(new URL(copy.href, location.href).href).then(() => { copy.textContent = words.copied; });
    return;
  }
  const number = event.target.closest("[data-why]");
  if (number && !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    opener = number;
    openPanel(number.dataset.why, true);
    return;
  }
  const step = event.target.closest(".tree .step");
  if (step && !event.target.closest("a")) toggle(step.parentElement);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel() && document.body.classList.contains("has-why")) closePanel(true);
  const item = event.target.closest && event.target.closest('[role="treeitem"]');
  if (item && item === event.target) walkTree(event, item);
});

addEventListener("popstate", () => {
  const id = new URL(location.href).searchParams.get("why");
  if (id) openPanel(id, false); else closePanel(false);
});

// The tree: everything is open without script; with it, only the path to the deciding row.
function prepareTree(root) {
  for (const item of root.querySelectorAll('.tree [data-side="1"]')) item.setAttribute("aria-expanded", "false");
  root.querySelectorAll('.tree [role="treeitem"]').forEach((item, number) => { item.tabIndex = number ? -1 : 0; });
}
function toggle(item) {
  const state = item.getAttribute("aria-expanded");
  if (state) item.setAttribute("aria-expanded", state === "true" ? "false" : "true");
}
function walkTree(event, item) {
  const visible = [...item.closest(".tree").querySelectorAll('[role="treeitem"]')].filter((other) => other.offsetParent !== null);
  const at = visible.indexOf(item);
  const open = item.getAttribute("aria-expanded");
  const parent = item.parentElement.closest('[role="treeitem"]');
  let next = null;
  if (event.key === "ArrowDown") next = visible[at + 1];
  else if (event.key === "ArrowUp") next = visible[at - 1];
  else if (event.key === "Home") next = visible[0];
  else if (event.key === "End") next = visible[visible.length - 1];
  else if (event.key === "ArrowRight" && open === "false") toggle(item);
  else if (event.key === "ArrowRight" && open === "true") next = visible[at + 1];
  else if (event.key === "ArrowLeft" && open === "true") toggle(item);
  else if (event.key === "ArrowLeft") next = parent;
  else if ((event.key === "Enter" || event.key === " ") && open) toggle(item);
  else return;
  event.preventDefault();
  if (next) { item.tabIndex = -1; next.tabIndex = 0; next.focus(); }
}

// Import: refuse a too large choice before it is sent, and take dropped files.
for (const form of document.querySelectorAll("form[data-limit]")) {
  const input = form.querySelector('input[type="file"]');
  const zone = form.querySelector(".drop");
  const message = form.querySelector("[data-size-message]");
  const check = () => {
    const size = [...input.files].reduce((sum, file) => sum + file.size, 0);
    const over = size > Number(form.dataset.limit);
    message.textContent = over ? form.dataset.tooLarge.replace("{size}", `${Math.round(size / 1048576).toLocaleString()} MB`) : "";
    message.hidden = !over;
    return !over;
  };
  input.addEventListener("change", check);
  form.addEventListener("submit", (event) => { if (!check()) { event.preventDefault(); input.focus(); } });
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    input.files = event.dataTransfer.files;
    check();
  });
}

// A running job: replace its part of the page until it has ended.
const job = document.querySelector("[data-job]");
if (job) {
  const again = async () => {
    const response = await fetch(`${job.dataset.job}?part=1`, { headers: { "X-Requested-With": "fetch" } });
    if (response.status === 204) { location.reload(); return; }
    if (response.ok) job.innerHTML = await response.text();
    setTimeout(again, 800);
  };
  setTimeout(again, 800);
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
if (panel()) { prepareTree(panel()); if (document.body.classList.contains("has-why")) panel().focus(); }
for (const tree of document.querySelectorAll(".why-page")) prepareTree(tree);
