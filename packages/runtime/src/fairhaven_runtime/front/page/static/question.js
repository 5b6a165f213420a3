// Reads a form's fields as typed values, and says the same question as a request, as curl and as Python.
"use strict";
import { folded, code, icon, make, say } from "./answer.js";

const all = (selector, from) => [...from.querySelectorAll(selector)];
// The fields that belong to a form or an object itself, not to an object inside it.
const boxes = (from) => all("[data-key]", from).filter((one) => one.parentElement.closest("[data-widget=group], form") === from);
const control = (box) => box.querySelector("input:not([data-include]), select, textarea");
const meant = (one) => (one.dataset.json === undefined ? one.value : JSON.parse(one.dataset.json));
const parsed = (text) => { try { return JSON.parse(text); } catch { return text; } };
// Numbers beyond what JavaScript counts exactly stay text: modules read both.
const number = (text) => (String(Number(text)) === text || /[.e]/i.test(text) ? Number(text) : text);

const READ = {
  boolean: (box) => control(box).checked,
  file: (box) => { const files = [...control(box).files]; return files.length ? files : undefined; },
  group: (box) => {
    const tick = box.querySelector(":scope > .include > input");
    return tick && !tick.checked ? undefined : values(box);
  },
  multi: (box) => { const ticked = all(":checked", box).map(meant); return ticked.length ? ticked : undefined; },
  lines: (box) => {
    const lines = control(box).value.split("\n").map((line) => line.trim()).filter(Boolean);
    return lines.length ? lines.map((line) => (box.dataset.item === "string" ? line : parsed(line))) : undefined;
  },
  select: (box) => (control(box).value === "" ? undefined : meant(control(box).selectedOptions[0])),
  text: (box) => control(box).value || undefined,
  number: (box) => (control(box).value === "" ? undefined : number(control(box).value)),
  json: (box) => (control(box).value.trim() === "" ? undefined : JSON.parse(control(box).value)),
  any: (box) => (control(box).value.trim() === "" ? undefined : parsed(control(box).value)),
};
Object.assign(READ, { either: READ.select, long: READ.text, integer: READ.number });

const value = (box) => {
  const found = READ[box.dataset.widget](box);
  return found === undefined && box.dataset.cleared ? JSON.parse(box.dataset.cleared) : found;
};
const values = (from) => {
  const found = Object.create(null);
  for (const box of boxes(from)) {
    const one = value(box);
    if (one !== undefined) found[box.dataset.key] = one;
  }
  return found;
};

// What the browser itself can tell is wrong: a map from field to words.
export const faults = (from, found = new Map()) => {
  for (const box of boxes(from)) {
    const input = control(box);
    if (box.dataset.widget === "group") {
      if (!box.querySelector(":scope > .include > :not(:checked)")) faults(box, found);
    } else if (input && !input.validity.valid) {
      found.set(box, input.validationMessage);
    } else if (box.dataset.widget === "json") {
      try { value(box); } catch (error) { found.set(box, say("notJson", { reason: error.message })); }
    }
  }
  return found;
};

// The contract's `{"field": ["message"]}` as a map from field to words; what belongs to no field goes under its name.
export const complaints = (from, told) => {
  const found = new Map();
  for (const [key, messages] of Object.entries(told)) {
    const box = boxes(from).find((one) => one.dataset.key === key);
    const deeper = box?.dataset.widget === "group" && messages && typeof messages === "object" && !Array.isArray(messages);
    if (deeper) complaints(box, messages).forEach((words, one) => found.set(one, words));
    else found.set(box || key, sentence(messages));
  }
  return found;
};
const sentence = (messages) => {
  if (Array.isArray(messages)) return messages.map(sentence).join(" ");
  if (messages === null || typeof messages !== "object") return String(messages);
  return Object.entries(messages).map(([at, inner]) => {
    const name = /^\d+$/.test(at) ? Number(at) + 1 : at;
    return say("number", { number: name, words: sentence(inner) });
  }).join(" ");
};

// Errors beside their fields, and together above the form with links.
export const clear = (form) => {
  form.querySelector("[data-errors]").replaceChildren();
  all(".field-error", form).forEach((one) => one.remove());
  all(".wrong", form).forEach((one) => one.classList.remove("wrong"));
  all("[aria-invalid]", form).forEach((one) => {
    one.removeAttribute("aria-invalid");
    const others = (one.getAttribute("aria-describedby") || "").split(" ").filter((id) => !id.endsWith("-error")).join(" ");
    if (others) one.setAttribute("aria-describedby", others); else one.removeAttribute("aria-describedby");
  });
};
export const show = (form, found) => {
  const lines = [...found].map(([box, words]) => (typeof box === "string" ? make("li", {}, `${box}: ${words}`) : beside(box, words)));
  const title = found.size === 1 ? say("attention") : say("attentions", { count: found.size });
  const summary = make("div", { class: "error-summary", role: "alert", tabindex: "-1" }, make("h2", {}, title), make("ul", {}, lines));
  form.querySelector("[data-errors]").replaceChildren(summary);
  summary.focus();
  summary.scrollIntoView({ block: "nearest" });
};
const beside = (box, words) => {
  const target = box.id ? box : control(box), id = `${target.id}-error`;
  const told = make("p", { class: "field-error", id }, icon("circle-alert"), make("span", {}, words));
  box.classList.add("wrong");
  const help = box.querySelector(":scope > .help");
  if (help) help.before(told); else box.append(told);
  target.setAttribute("aria-invalid", "true");
  target.setAttribute("aria-describedby", `${id} ${target.getAttribute("aria-describedby") || ""}`.trim());
  for (let fold = box.closest("details:not([open])"); fold; fold = fold.parentElement.closest("details:not([open])")) fold.open = true;
  return make("li", {}, make("a", { href: `#${target.id}` }, box.dataset.label), `: ${words}`);
};

// The request: values go where the module looks for them; with files all are a form, else they are JSON.
const text = (one) => (typeof one === "string" ? one : JSON.stringify(one));
const texts = (one, delimiter) => {
  if (one === null) return [];
  if (!Array.isArray(one) || one.some((each) => each !== null && typeof each === "object")) return [text(one)];
  return delimiter ? [one.map(text).join(delimiter)] : one.map(text);
};
export const compose = (form) => {
  const query = new URLSearchParams(), parts = [], json = Object.create(null), found = values(form);
  const given = boxes(form).filter((box) => box.dataset.key in found);
  const asForm = given.some((box) => box.dataset.widget === "file" || box.dataset.place === "form");
  for (const { dataset: { key, place, widget, delimiter } } of given) {
    if (widget === "file") found[key].forEach((file) => parts.push([key, file]));
    else if (place === "query") texts(found[key], delimiter).forEach((one) => query.append(key, one));
    else if (asForm) texts(found[key], delimiter).forEach((one) => parts.push([key, one]));
    else json[key] = found[key];
  }
  const url = new URL(form.dataset.ask, location.href);
  url.search = query;
  url.hash = "";
  return { url: url.href, parts, json: !asForm && Object.keys(json).length ? json : null };
};
export const body = ({ parts, json }) => {
  if (json) return { body: JSON.stringify(json), headers: { "Content-Type": "application/json" } };
  const form = new FormData();
  parts.forEach(([key, one]) => form.append(key, one));
  return parts.length ? { body: form } : {};
};

const quoted = (one) => `'${one.replaceAll("'", "'\\''")}'`;
const path = (name) => (/[;,"]/.test(name) ? `"${name.replace(/["\\]/g, "\\$&")}"` : name);
const curl = ({ url, parts, json }, extra) => {
  const lines = [["curl -X POST", ...extra, quoted(url)].join(" ")];
  if (json) lines.push("-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(json))}`);
  for (const [key, one] of parts) {
    lines.push(one instanceof File ? `-F ${quoted(`${key}=@${path(one.name)}`)}` : `--form-string ${quoted(`${key}=${one}`)}`);
  }
  return lines.join(" \\\n  ");
};
const python = ({ url, parts, json }) => {
  const files = parts.filter(([, one]) => one instanceof File), plain = parts.filter(([, one]) => !(one instanceof File));
  const lines = [`    ${JSON.stringify(url)},`];
  if (json) lines.push(`    json=${literal(json)},`);
  if (plain.length) lines.push(`    data=${literal(grouped(plain))},`);
  if (files.length) lines.push(`    files=[${files.map(([key, one]) => `(${JSON.stringify(key)}, open(${JSON.stringify(one.name)}, "rb"))`).join(", ")}],`);
  return `import requests\n\nanswer = requests.post(\n${lines.join("\n")}\n)\nprint(answer.status_code, answer.text)\n`;
};
const grouped = (pairs) => {
  const found = Object.create(null);
  for (const [key, one] of pairs) (found[key] ||= []).push(one);
  for (const [key, list] of Object.entries(found)) if (list.length === 1) [found[key]] = list;
  return found;
};
const literal = (one) => {
  if (one === null) return "None";
  if (typeof one === "boolean") return one ? "True" : "False";
  if (typeof one !== "object") return JSON.stringify(one);
  if (Array.isArray(one)) return `[${one.map(literal).join(", ")}]`;
  return `{${Object.entries(one).map(([key, inner]) => `${JSON.stringify(key)}: ${literal(inner)}`).join(", ")}}`;
};
// The same question from a program; `extra` is what curl needs for the kind of answer, as far as that is known.
// The words change in place: replaced under the pointer, a click would be lost.
export const examples = (form, place, extra = place.extra || []) => {
  place.extra = extra;
  let question;
  try { question = compose(form); } catch { return; } // half-typed JSON
  const told = { curl: curl(question, extra), Python: python(question) };
  if (!place.firstChild) place.append(...Object.keys(told).map((name) => folded(name, "example", code(name, ""))));
  Object.values(told).forEach((words, at) => {
    place.children[at].querySelector("code").textContent = words;
    place.children[at].querySelector("[data-copy]").dataset.copy = words;
  });
};
