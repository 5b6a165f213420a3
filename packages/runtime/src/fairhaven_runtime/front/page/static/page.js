// What the page does beyond showing a form and sending it; without it the page still works. No framework.
"use strict";
import { PICTURE, draw, duration, make, notice, say, size, trouble } from "./answer.js";
import { body, clear, complaints, compose, examples, faults, show } from "./question.js";

const $ = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const pause = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });
const soFar = (seconds) => say("elapsed", { time: duration(seconds) });
const STREAM = "text/event-stream";
document.documentElement.classList.add("js");

// Until the module is ready: ask again, then show the form; what was typed meanwhile stays.
const wait = async (sign) => {
  const elapsed = $("[data-elapsed]", sign);
  for (;;) {
    if (elapsed) elapsed.textContent = soFar(performance.now() / 1000);
    await pause(1);
    const answer = await fetch("readyz", { cache: "no-store" }).catch(() => null);
    if (answer?.ok) break;
    const told = answer && await answer.json().catch(() => null);
    if (told && told.status !== sign.dataset.waiting && !$("[data-ask]")) break;
    if (told && $("[data-reason]", sign)) $("[data-reason]", sign).textContent = told.reason;
  }
  if ($("[data-ask]")) sign.remove(); else location.reload();
};

// Files: drop, paste or choose; name, size and preview.
const drop = (box) => {
  const input = $("input[type=file]", box), list = $(".drop-files", box);
  let urls = [];
  const remove = () => {
    const button = make("button", { type: "button", class: "button small" }, say("remove"));
    button.addEventListener("click", () => {
      input.value = "";
      input.dispatchEvent(new Event("change", { bubbles: true }));
      input.focus();
    });
    return button;
  };
  const line = (file) => {
    const preview = PICTURE.test(file.type) ? make("img", { src: URL.createObjectURL(file), alt: "" }) : null;
    if (preview) urls.push(preview.src);
    return make("li", {}, preview, make("b", {}, file.name), make("span", { class: "muted" }, size(file.size)));
  };
  const update = () => {
    urls.forEach((url) => URL.revokeObjectURL(url));
    urls = [];
    list.replaceChildren(...[...input.files].map(line));
    list.lastChild?.append(remove());
  };
  box.take = (files) => {
    if (!files.length) return;
    const chosen = new DataTransfer();
    [...files].slice(0, input.multiple ? files.length : 1).forEach((file) => chosen.items.add(file));
    input.files = chosen.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  input.addEventListener("change", update);
  for (const kind of ["dragover", "dragleave", "drop"]) {
    box.addEventListener(kind, (event) => {
      event.preventDefault();
      box.classList.toggle("over", kind === "dragover");
      if (kind === "drop") box.take(event.dataTransfer.files);
    });
  }
  if (input.files.length) update();
};
document.addEventListener("paste", (event) => {
  const box = $("[data-drop]");
  if (box && event.clipboardData.files.length) box.take(event.clipboardData.files);
});

// Copying.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try { await navigator.clipboard.writeText(button.dataset.copy); } catch {
    getSelection().selectAllChildren($("code", button.closest("figure")));
    return;
  }
  $("span", button).textContent = say("copied");
  setTimeout(() => { $("span", button).textContent = say("copy"); }, 1500);
});

// Pieces of an answer as they come: texts run on, anything else has a line of its own.
const pieces = async (answer, result, begun) => {
  const list = make("ul", { class: "pieces", role: "log", tabindex: "0", "aria-label": say("pieces") });
  const values = [];
  let problem = null, ended = false, rest = "";
  const take = (event) => {
    const field = (name) => event.split("\n").filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trimStart()).join("\n");
    const kind = field("event"), data = field("data");
    if (kind === "end") ended = true;
    else if (kind === "error") problem = data;
    else if (data) add(JSON.parse(data));
  };
  const add = (value) => {
    const follows = list.scrollHeight - list.scrollTop - list.clientHeight < 24;
    const runsOn = typeof value === "string" && typeof values.at(-1) === "string";
    values.push(value);
    if (runsOn) list.lastChild.append(value);
    else list.append(make("li", {}, typeof value === "string" ? value : JSON.stringify(value)));
    if (follows) list.scrollTop = list.scrollHeight;
  };
  result.replaceChildren(make("h2", {}, say("answer")), list);
  reveal(result);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const events = (rest + part.value).split("\n\n");
    rest = events.pop();
    events.forEach(take);
  }
  const blob = new Blob([JSON.stringify(values)], { type: "application/json" });
  const seconds = (performance.now() - begun) / 1000;
  const drawn = await draw({ status: 200, type: "application/json", blob, seconds, filename: "answer.json" });
  if (problem) result.append(await trouble({ status: 500, blob: new Blob([problem]) }));
  else if (!ended) result.append(notice("bad", say("noAnswer"), say("broken")));
  result.append(...drawn.slice(1));
};

// One question: its progress, its answer or its errors.
const FILES = { "image/png": ".png", "image/jpeg": ".jpg", "text/csv": ".csv" };
const outputs = (type) => (type in FILES ? ["-o", `answer${FILES[type]}`] : []);
const reveal = (result) => {
  if (result.getBoundingClientRect().top > innerHeight * 0.7) result.scrollIntoView();
};
const pictureOf = (form) => {
  const file = all("input[type=file]", form).flatMap((input) => [...input.files]).find((one) => PICTURE.test(one.type));
  return file && URL.createObjectURL(file);
};
const busy = (form, stop) => {
  const button = $("[type=submit]", form), working = $("[data-working]", form), begun = performance.now();
  const tell = () => { $("[data-elapsed]", working).textContent = soFar((performance.now() - begun) / 1000); };
  tell();
  const clock = setInterval(tell, 200);
  button.disabled = true;
  working.hidden = false;
  $("[data-cancel]", working).onclick = stop;
  return () => { clearInterval(clock); button.disabled = false; working.hidden = true; };
};
const received = async (answer, begun) => {
  const header = (name) => answer.headers.get(name) || "";
  const blob = await answer.blob();
  const [, filename] = /filename="([^"]*)"/.exec(header("content-disposition")) || [];
  const type = header("content-type").split(";")[0].trim();
  return { status: answer.status, type, blob, filename, seconds: (performance.now() - begun) / 1000, retry: header("retry-after") };
};
const settle = async (form, result, answer, begun) => {
  const type = (answer.headers.get("content-type") || "").split(";")[0].trim(), place = $("[data-examples]", form.parentElement);
  if (answer.ok && type === STREAM) {
    examples(form, place, ["-N", "-H", `'Accept: ${STREAM}'`]);
    await pieces(answer, result, begun);
    return;
  }
  const whole = await received(answer, begun);
  if (type === "application/json" && (answer.status === 422 || answer.status === 400)) {
    result.replaceChildren(...blank.get(form));
    show(form, complaints(form, JSON.parse(await whole.blob.text())));
  } else if (!answer.ok) {
    result.replaceChildren(await trouble(whole));
    reveal(result);
  } else if (form.id === "train") {
    result.replaceChildren(notice("good", say("startedTitle"), say("started")));
    await renew();
  } else {
    examples(form, place, outputs(type));
    result.replaceChildren(make("h2", {}, say("answer")), ...await draw(whole, pictureOf(form)));
    reveal(result);
  }
};
const resultOf = (form) => $("[data-result]", form.closest(".ask, .section"));
const blank = new Map(); // what stands there before the first answer
const ask = async (form) => {
  const result = resultOf(form);
  clear(form);
  const found = faults(form);
  if (found.size) {
    result.replaceChildren(...blank.get(form));
    show(form, found);
    return;
  }
  const question = compose(form), sent = body(question), begun = performance.now(), abort = new AbortController();
  const done = busy(form, () => abort.abort());
  try {
    const headers = { Accept: `${STREAM}, */*;q=0.9`, ...sent.headers };
    const answer = await fetch(question.url, { method: "POST", body: sent.body, headers, signal: abort.signal });
    await settle(form, result, answer, begun);
  } catch (error) {
    const time = duration((performance.now() - begun) / 1000);
    const told = error.name === "AbortError"
      ? notice("warn", say("cancelledTitle", { time }), say("cancelled")) : notice("bad", say("noAnswer"), say("unreachable"));
    if ($(".pieces", result)) result.append(told); else result.replaceChildren(told);
  } finally { done(); }
};
const prepare = (form) => {
  const place = $("[data-examples]", form.parentElement);
  const update = () => { if (place) examples(form, place); };
  form.noValidate = true;
  blank.set(form, [...resultOf(form).children]);
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(form); });
  form.addEventListener("input", update);
  form.addEventListener("change", update);
  update();
};

// Trainings: the server draws the list; it is fetched again while one runs, and put in place when it changed.
const known = $("[data-trainings]");
let drawn = known?.innerHTML;
const ages = () => all("time[data-since]", known).forEach((one) => {
  one.title ||= one.textContent;
  one.textContent = soFar(Math.max(0, (Date.now() - new Date(one.dateTime)) / 1000));
});
const renew = async () => {
  const answer = await fetch("ui/trainings", { cache: "no-store" }).catch(() => null);
  const html = answer?.ok ? await answer.text() : drawn;
  if (html !== drawn) { known.innerHTML = html; drawn = html; }
  if (!$("tr[data-status=running]", known)) resultOf(known).replaceChildren();
  ages();
};
const watch = async () => {
  for (;;) {
    ages();
    await pause(1);
    if (!document.hidden && $("tr[data-status=running]", known)) await renew();
  }
};
known?.addEventListener("submit", async (event) => {
  event.preventDefault();
  await fetch(event.target.action, { method: "POST" }).catch(() => null);
  await renew();
});

all("[data-waiting]").forEach(wait);
all("[data-drop]").forEach(drop);
all("[data-ask]").forEach(prepare);
if (known) watch();
