// Draws an answer by what it is: bars, images, sound, film, a table, a tree, or bytes to keep. No framework.
"use strict";
export const words = JSON.parse(document.documentElement.dataset.words);
export const say = (text, values = {}) => words[text].replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
const MOST_ROWS = 500, MOST_NODES = 100, MOST_BARS = 10, MOST_TEXT = 100000;
export const PICTURE = /^image\/(png|jpe?g|gif|webp|svg\+xml|bmp|avif|x-icon)$/;

// An element; texts become text, never HTML.
export const make = (tag, attributes = {}, ...content) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...content.flat().filter((one) => one !== null && one !== undefined));
  return element;
};
export const icon = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `ui/icons.svg#${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
};
export const size = (bytes) => {
  let at = 0;
  while (bytes >= 1024 && at < 4) { bytes /= 1024; at += 1; }
  return `${at && bytes < 100 ? bytes.toFixed(1) : Math.round(bytes)} ${["B", "KiB", "MiB", "GiB", "TiB"][at]}`;
};
export const duration = (seconds) => {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds), hours = Math.floor(whole / 3600);
  return hours ? `${hours} h ${Math.floor(whole / 60) % 60} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
};
const counted = (one, many, count) => (count === 1 ? say(one) : say(many, { count }));
export const notice = (tone, title, ...content) => make(
  "div", { class: `notice tone-${tone}`, role: tone === "bad" ? "alert" : undefined },
  icon(tone === "good" ? "circle-check" : "triangle-alert"), make("div", {}, make("strong", {}, title), make("p", {}, ...content)),
);
export const copier = (text) => make("button", { type: "button", class: "button small", "data-copy": text }, icon("copy"), make("span", {}, say("copy")));
export const code = (label, text) => make(
  "figure", { class: "code-block" },
  make("figcaption", {}, make("span", {}, label), copier(text)),
  make("pre", { tabindex: "0", role: "region", "aria-label": label }, make("code", {}, text.slice(0, MOST_TEXT))),
);
export const folded = (title, kind, ...content) => make("details", { class: kind }, make("summary", {}, title), ...content);

// A folding tree.
export const tree = (value) => make("div", { class: "tree" }, node(value, "", 0));
const key = (name) => (name === "" ? null : [make("span", { class: "key" }, name), " "]);
const node = (value, name, depth) => {
  if (value === null || typeof value !== "object" || !Object.keys(value).length) return leaf(value, name);
  const entries = Object.entries(value), list = Array.isArray(value);
  const count = list ? counted("value", "values", entries.length) : counted("entry", "entries", entries.length);
  const summary = make("summary", {}, key(name), make("span", { class: "muted" }, count));
  const details = make("details", { open: depth < 2 }, summary);
  const fill = () => {
    details.append(...entries.slice(0, MOST_NODES).map(([inner, one]) => node(one, inner, depth + 1)));
    if (entries.length > MOST_NODES) details.append(make("p", { class: "muted" }, say("moreInRaw", { count: entries.length - MOST_NODES })));
  };
  if (depth < 2) fill(); else details.addEventListener("toggle", fill, { once: true });
  return details;
};
const leaf = (value, name) => {
  const kind = { string: "string", number: "number" }[typeof value] || "word";
  return make("div", { class: "leaf" }, key(name), make("span", { class: `is-${kind}` }, JSON.stringify(value)));
};

// What a JSON answer is: words with shares, best first; records; or anything.
const WRAPPERS = ["predictions", "prediction", "result", "results", "output"];
const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const isShare = (value) => typeof value === "number" && value >= 0 && value <= 1.000001;
const unwrapped = (value) => {
  if (isRecord(value) && value.status === "OK" && "predictions" in value && Object.keys(value).length === 2) value = value.predictions;
  while (isRecord(value) && Object.keys(value).length === 1 && WRAPPERS.includes(Object.keys(value)[0])) [value] = Object.values(value);
  return Array.isArray(value) && value.length === 1 && isRecord(value[0]) && pairs(value[0]).length ? value[0] : value;
};
const pairs = (value) => {
  if (isRecord(value)) return twoLists(value) || shares(value) || records([value]);
  return Array.isArray(value) && value.length && value.every(isRecord) ? records(value) : [];
};
const twoLists = (value) => {
  const find = (names) => names.map((name) => value[name]).find(Array.isArray);
  const labels = find(["labels", "classes", "names"]), parts = find(["probabilities", "probs", "scores", "confidences"]);
  if (!labels || !parts || labels.length !== parts.length || !parts.length || !parts.every(isShare)) return null;
  return labels.map((label, at) => [String(label), parts[at]]);
};
const shares = (value) => {
  const entries = Object.entries(value), total = entries.reduce((sum, [, share]) => sum + (isShare(share) ? share : NaN), 0);
  return total > 0.98 && total < 1.02 ? entries : null;
};
const records = (rows) => {
  const found = rows.map((row) => [String(row.label), row.score ?? row.probability]);
  return rows.every((row) => "label" in row) && found.every(([, share]) => isShare(share)) ? found : [];
};
const columns = (value) => {
  if (!Array.isArray(value) || !value.length || !value.every(isRecord)) return [];
  const shown = value.slice(0, MOST_ROWS), names = [...new Set(shown.flatMap(Object.keys))];
  const flat = shown.every((row) => Object.values(row).every((cell) => cell === null || typeof cell !== "object"));
  return flat && names.length <= 30 ? names : [];
};

const percent = (share) => `${(share * 100).toFixed(share > 0.0995 ? 1 : 2)} %`;
const bars = (found) => make("table", { class: "bars" }, make("tbody", {}, found.map(([word, share]) => {
  const bar = make("div");
  bar.style.width = `${Math.min(share * 100, 100)}%`;
  return make(
    "tr", {}, make("th", { scope: "row" }, word),
    make("td", { class: "bar-cell" }, make("div", { class: "meter", "aria-hidden": "true" }, bar)),
    make("td", { class: "num" }, percent(share)),
  );
})));
const labels = (found) => {
  const [best] = found, rest = found.slice(MOST_BARS);
  const verdict = make("p", { class: "verdict" }, make("strong", {}, best[0]), " ", make("span", { class: "muted" }, percent(best[1])));
  return [verdict, bars(found.slice(0, MOST_BARS)), rest.length ? folded(say("more", { count: rest.length }), "more", bars(rest)) : null];
};
const table = (names, rows) => {
  const numeric = (name) => (typeof rows[0][name] === "number" ? "num" : undefined);
  const written = (cell) => (cell === null || cell === undefined ? "" : String(cell));
  const head = make("thead", {}, make("tr", {}, names.map((name) => make("th", { scope: "col", class: numeric(name) }, name))));
  const body = rows.slice(0, MOST_ROWS).map((row) => make("tr", {}, names.map((name) => make("td", { class: numeric(name) }, written(row[name])))));
  const drawn = make("table", { class: "table" }, head, make("tbody", {}, body));
  const wrap = make("div", { class: "table-wrap", role: "region", "aria-label": say("table"), tabindex: "0" }, drawn);
  return [wrap, rows.length > MOST_ROWS ? make("p", { class: "muted small" }, say("rowsMore", { count: rows.length - MOST_ROWS })) : null];
};
const json = (value) => {
  const inner = unwrapped(value), found = pairs(inner).sort((one, other) => other[1] - one[1]), names = columns(inner);
  if (!found.length && !names.length) return [tree(inner)];
  const whole = folded(say("everything"), "all-of-it", tree(value));
  return [found.length ? labels(found) : table(names, inner), whole].flat();
};

// Two images: side by side, or one over the other with a slider.
const picture = (source, label) => make("figure", {}, make("img", { src: source, alt: label }), make("figcaption", {}, label));
const compare = (before, after) => {
  const over = picture(after, say("result"));
  const box = make("div", { class: "compare" }, make("div", { class: "compare-images" }, picture(before, say("input")), over));
  const stack = make("input", { type: "checkbox" }), range = make("input", { type: "range", min: 0, max: 100, value: 50 });
  const slide = make("label", { class: "slide", hidden: true }, say("slide"), range);
  const draw = () => {
    box.classList.toggle("stacked", stack.checked);
    slide.hidden = !stack.checked;
    over.style.clipPath = stack.checked ? `inset(0 0 0 ${100 - range.value}%)` : "";
  };
  stack.addEventListener("change", draw);
  range.addEventListener("input", draw);
  box.append(make("div", { class: "compare-tools" }, make("label", { class: "check" }, stack, say("onTop")), slide));
  return box;
};

const parsed = (text) => { try { return { value: JSON.parse(text) }; } catch { return null; } };
const isText = (type) => type.startsWith("text/") || /[/+](json|xml|x-ndjson)$/.test(type);

// The answer `{status, type, blob, seconds, filename}`; `shown` is the address of the picture that was asked about.
export const draw = async (answer, shown) => {
  const url = URL.createObjectURL(answer.blob);
  const text = isText(answer.type) ? await answer.blob.text() : "";
  const whole = answer.type.endsWith("json") ? parsed(text) : null;
  const facts = [say("answered", { time: duration(answer.seconds) }), answer.type || say("unknownType"), size(answer.blob.size)];
  const keep = make(
    "a", { class: "download", href: url, download: answer.filename || "answer" },
    icon("download"), make("b", {}, answer.filename || say("download")), make("span", { class: "muted" }, facts.slice(1).join(" · ")),
  );
  const raw = folded(say("raw"), "all-of-it raw", make("div", { class: "stack" }, text ? code(answer.type, text) : null, keep));
  return [...looks(answer, text, whole, url, shown, keep), make("p", { class: "muted small" }, facts.join(" · ")), raw];
};
const looks = (answer, text, whole, url, shown, keep) => {
  if (PICTURE.test(answer.type)) return [shown ? compare(shown, url) : make("figure", { class: "image" }, make("img", { src: url, alt: say("result") }))];
  if (answer.type.startsWith("audio/")) return [make("audio", { controls: true, src: url, "aria-label": say("sound") })];
  if (answer.type.startsWith("video/")) return [make("video", { controls: true, src: url, "aria-label": say("film") })];
  if (whole) {
    const drawn = make("div", { class: "stack" }, json(whole.value));
    return [shown ? make("div", { class: "beside" }, drawn, picture(shown, say("input"))) : drawn];
  }
  return text ? [code(answer.type, text)] : [keep.cloneNode(true)];
};

// Why there is no answer: problem+json, the contract's plain words, or whatever came.
export const trouble = async (answer) => {
  const text = await answer.blob.text(), told = parsed(text)?.value;
  const retry = answer.retry ? ` ${say("retry", { time: duration(Number(answer.retry)) })}` : "";
  if (answer.status === 402) return notice("bad", say("noAnswer"), say("off"));
  if (isRecord(told) && "detail" in told) return notice("bad", told.title || say("noAnswer"), `${told.detail}${retry}`);
  return notice("bad", say("noAnswer"), `${text.trim().slice(0, 1000) || answer.status}${retry}`);
};
