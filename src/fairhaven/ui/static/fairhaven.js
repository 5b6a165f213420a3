/* What pages do beyond reading and submitting; without it they still work. No framework.
   Theme, `/` `j` `k` `t` `?` keys, copying, logs that follow, file drops, relative times, comparing images, HTMX. */
(() => {
  "use strict";
  const root = document.documentElement;
  const $ = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  root.classList.add("js");

  // Theme: kept in a cookie, so that the server writes it into the page and nothing flashes.
  const THEMES = ["auto", "light", "dark"];
  const themeNow = () => root.dataset.theme || "auto";
  const nameTheme = () => {
    const button = $("[data-theme-switch]");
    if (button) { button.title = button.dataset[themeNow()]; button.setAttribute("aria-label", button.title); }
  };
  const nextTheme = () => {
    const theme = THEMES[(THEMES.indexOf(themeNow()) + 1) % THEMES.length];
    if (theme === "auto") delete root.dataset.theme; else root.dataset.theme = theme;
    document.cookie = `fairhaven_theme=${theme}; path=/; max-age=31536000; samesite=lax`;
    nameTheme();
  };

  // Times: the words grow older while the page is open.
  const UNITS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const words = new Intl.RelativeTimeFormat(root.lang || "en", { numeric: "always" });
  const age = (element) => {
    const seconds = (new Date(element.dateTime) - Date.now()) / 1000;
    const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) || UNITS[6];
    if (Number.isFinite(seconds) && Math.abs(seconds) >= 1) element.textContent = words.format(Math.round(seconds / size), unit);
  };
  setInterval(() => all("time[data-relative]").forEach(age), 30000);

  // Copying.
  const copy = async (button) => {
    const label = $("span", button), before = label.textContent;
    try { await navigator.clipboard.writeText(button.dataset.copy); } catch { return select(button); }
    label.textContent = button.dataset.done;
    setTimeout(() => { label.textContent = before; }, 1500);
  };
  const select = (button) => {
    const code = $("code", button.closest(".code-block") || document);
    if (code) getSelection().selectAllChildren(code);
  };

  // Logs follow their end until the reader scrolls up.
  const follow = (log) => {
    const lines = $(".log-lines", log), button = $("[data-to-end]", log);
    let following = true;
    const toEnd = () => { lines.scrollTop = lines.scrollHeight; };
    lines.addEventListener("scroll", () => {
      following = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 24;
      button.hidden = following;
    }, { passive: true });
    button.addEventListener("click", toEnd);
    new MutationObserver(() => { if (following) toEnd(); }).observe(lines, { childList: true });
    toEnd();
  };

  // Files: drop, paste or choose; name, size and preview.
  const size = (bytes) => {
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let at = 0;
    while (bytes >= 1024 && at < 4) { bytes /= 1024; at += 1; }
    return `${at && bytes < 100 ? bytes.toFixed(1) : Math.round(bytes)} ${units[at]}`;
  };
  const make = (tag, text, kind) => Object.assign(document.createElement(tag), { textContent: text, className: kind || "" });
  const drop = (box) => {
    const input = $("input[type=file]", box), list = $(".drop-files", box);
    let urls = [];
    const show = () => {
      urls.forEach((url) => URL.revokeObjectURL(url));
      urls = [];
      list.replaceChildren(...[...input.files].map((file) => {
        const line = document.createElement("li");
        if (/^image\/(png|jpe?g|gif|webp|svg\+xml|bmp|avif)$/.test(file.type)) {
          const url = URL.createObjectURL(file);
          urls.push(url);
          line.append(Object.assign(new Image(), { src: url, alt: "" }));
        }
        line.append(make("b", file.name), make("span", size(file.size), "muted"));
        return line;
      }));
      if (input.files.length) list.lastChild.append(clear());
    };
    const clear = () => {
      const line = make("button", box.dataset.remove, "button small");
      line.type = "button";
      line.addEventListener("click", () => { input.value = ""; show(); input.focus(); });
      return line;
    };
    const take = (files) => {
      if (!files.length) return;
      const chosen = new DataTransfer();
      [...files].slice(0, input.multiple ? files.length : 1).forEach((file) => chosen.items.add(file));
      input.files = chosen.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    input.addEventListener("change", show);
    for (const kind of ["dragover", "dragleave", "drop"]) {
      box.addEventListener(kind, (event) => {
        event.preventDefault();
        box.classList.toggle("over", kind === "dragover");
        if (kind === "drop") take(event.dataTransfer.files);
      });
    }
    box.take = take;
    if (input.files.length) show();
  };
  document.addEventListener("paste", (event) => {
    const box = $("[data-drop]");
    if (box && event.clipboardData.files.length) box.take(event.clipboardData.files);
  });

  // Two images: side by side, or one over the other with a slider.
  const compare = (box) => {
    const stack = $("[data-stack]", box), slide = $(".slide", box), range = $("input[type=range]", box), over = $(".over", box);
    const draw = () => {
      const share = stack.checked ? range.value : 100, wipe = box.dataset.compare === "wipe";
      over.style.clipPath = wipe && stack.checked ? `inset(0 0 0 ${100 - share}%)` : "";
      over.style.opacity = wipe ? "" : share / 100;
    };
    stack.addEventListener("change", () => { box.classList.toggle("stacked", stack.checked); slide.hidden = !stack.checked; draw(); });
    range.addEventListener("input", draw);
  };

  // Typing a name before something is deleted.
  const guard = (input) => {
    const button = $("button[type=submit]", input.form);
    const check = () => { button.disabled = input.value !== input.dataset.mustBe; };
    input.addEventListener("input", check);
    check();
  };

  // Everything above, for the page and for whatever HTMX brings later; once per element.
  const seen = new WeakSet();
  const each = (from, selector, act) => {
    const found = from.matches?.(selector) ? [from, ...all(selector, from)] : all(selector, from);
    found.filter((element) => !seen.has(element)).forEach((element) => { seen.add(element); act(element); });
  };
  const prepare = (from) => {
    all("time[data-relative]", from).forEach(age);
    each(from, "[data-follow]", follow);
    each(from, "[data-drop]", drop);
    each(from, "[data-compare]", compare);
    each(from, "[data-must-be]", guard);
    // On a phone the list comes first: filters that are not in use are folded.
    if (innerWidth < 720) each(from, ".facets details", (part) => { part.open = Boolean($("[aria-current]", part)); });
    each(from, "[data-focus]", (element) => element.focus());
  };

  // Clicks: one listener for all.
  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest(selector);
    if (on("[data-theme-switch]")) nextTheme();
    if (on("[data-shortcuts]")) $("#shortcuts").showModal();
    if (on("[data-copy]")) copy(on("[data-copy]"));
    if (on("[data-close]")) on(".notice").remove();
    all("[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  // Keys: never while somebody types.
  const typing = (target) => target.matches?.("input, textarea, select, [contenteditable]");
  const step = (by) => {
    const rows = all("[data-nav]");
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.classList.contains("here"));
    rows[at]?.classList.remove("here");
    const row = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
    row.classList.add("here");
    $("a[href]", row)?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const KEYS = {
    "/": () => { const box = $("#search"); box.focus(); box.select(); },
    "?": () => $("#shortcuts").showModal(),
    j: () => step(1),
    k: () => step(-1),
    t: nextTheme,
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return escape(event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || $("dialog[open]")) return;
    const act = KEYS[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  const escape = (target) => {
    const menu = target.closest?.("[data-menu][open]") || $("[data-menu][open]");
    if (menu) { menu.open = false; $("summary", menu).focus(); } else if (target.id === "search") target.blur();
  };

  // HTMX: the CSRF token, errors in words; open details and half-typed words stay when the page is renewed.
  const say = (node, kind) => {
    const notices = $("#notices"), box = make("div", "", `notice tone-${kind}`), close = make("button", "×", "icon-button");
    box.setAttribute("role", "alert");
    close.type = "button";
    close.dataset.close = "";
    close.setAttribute("aria-label", notices.dataset.close);
    const body = document.createElement("div");
    body.append(node);
    box.append(body, close);
    notices.replaceChildren(box);
    box.scrollIntoView({ block: "nearest" });
  };
  const told = (request) => {
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const text = all("[data-problem] > p:not(.actions)", page).map((part) => part.textContent.trim()).join(" ");
    return text || `${request.status} ${request.statusText}`;
  };
  document.addEventListener("htmx:configRequest", (event) => {
    const token = $("meta[name=csrf-token]")?.content;
    if (token) event.detail.headers["X-CSRF-Token"] = token;
  });
  document.addEventListener("htmx:responseError", (event) => say(told(event.detail.xhr), "bad"));
  document.addEventListener("htmx:sendError", () => say($("#notices").dataset.offline, "warn"));
  document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
  // What was asked for is brought into view when it came below the fold.
  document.addEventListener("htmx:afterSettle", (event) => {
    const head = event.detail.target.hasAttribute("data-reveal") && $("h2", event.detail.target);
    if (head && head.getBoundingClientRect().top > innerHeight * 0.7) head.scrollIntoView();
  });
  const touched = (node) => {
    if (node.tagName === "SELECT") return [...node.options].some((option) => option.selected !== option.defaultSelected);
    if (!/^(INPUT|TEXTAREA)$/.test(node.tagName || "")) return false;
    return /^(checkbox|radio)$/.test(node.type) ? node.checked !== node.defaultChecked : node.value !== node.defaultValue;
  };
  if (window.Idiomorph) {
    const calls = Idiomorph.defaults.callbacks;
    calls.beforeAttributeUpdated = (name, node) => !(name === "open" && node.tagName === "DETAILS");
    calls.beforeNodeMorphed = (node, next) => {
      if (!touched(node)) return true;
      // Its words stay; whether they are right is news.
      for (const name of ["aria-invalid", "aria-describedby"]) {
        if (next.hasAttribute?.(name)) node.setAttribute(name, next.getAttribute(name)); else node.removeAttribute(name);
      }
      return false;
    };
  }

  nameTheme();
  prepare(document);
})();
