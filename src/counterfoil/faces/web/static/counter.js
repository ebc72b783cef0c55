// The counter's shortcuts. Every page works without this file: it only saves keys, adds up counts and guards against
// scanners and double clicks. It sends nothing by itself but "still here" while somebody types.
"use strict";
(() => {
  const BURST_MS = 50; // Between two characters of a scanner; a person is slower.
  const AFTER_SCAN_MS = 300;
  const SCAN_LENGTH = 6;
  const all = (selector, root) => [...(root || document).querySelectorAll(selector)];
  const body = document.body;

  // --- keys: F2 deposit, Shift+F2 check, F3 search … are named by data-key on what they press ------------------------
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (!/^(F[0-9]{1,2}|Escape)$/.test(event.key)) return;
    const target = document.querySelector(`[data-key="${event.shiftKey ? "Shift+" : ""}${event.key}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.matches("input")) { target.focus(); target.select(); } else { target.click(); }
  });

  // --- a scanner types ten digits and Enter in 160 ms: that is never an amount and never a confirmation --------------
  let burst = 0, last = 0, before = null, lastField = null;
  const scanned = (now) => burst >= SCAN_LENGTH && now - last < AFTER_SCAN_MS;
  document.addEventListener("keydown", (event) => {
    const now = event.timeStamp; // When the key went down, however late this page hears of it.
    const field = event.target;
    if (event.key.length === 1) {
      if (now - last > BURST_MS || field !== lastField) {
        burst = 0;
        before = field.matches("input, textarea") ? field.value : null;
      }
      burst += 1; last = now; lastField = field;
      return;
    }
    if (event.key !== "Enter" && event.key !== "Tab") return;
    const form = document.querySelector("form[data-guarded]");
    if (!form || !scanned(now) || (field.id === "q")) { burst = 0; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    const code = field.matches("input") && before !== null ? field.value : "";
    if (field.matches("input, textarea") && before !== null) field.value = before;
    burst = 0; last = now;
    const note = document.getElementById("scan");
    if (note) { note.hidden = true; note.hidden = false; }
    const search = document.getElementById("q");
    if (search && code && code !== before) search.value = before && code.startsWith(before) ? code.slice(before.length) : code;
  }, true);

  // --- the search box beside a form takes along what was typed -------------------------------------------------------
  for (const form of all("form[data-keeps]")) {
    form.addEventListener("submit", () => {
      for (const input of all("input, select, textarea", document.querySelector(form.dataset.keeps))) {
        if (!input.name || input.name.startsWith("_") || (input.type === "checkbox" && !input.checked)) continue;
        const kept = document.createElement("input");
        kept.type = "hidden"; kept.name = input.name; kept.value = input.value;
        form.append(kept);
      }
    });
  }

  // --- a button is pressed once, and only into a server that answers: a form that cannot be sent stays on the screen.
  //     The server would answer a second time the same, but nobody should wonder -----------------------------------------
  const away = document.getElementById("away");
  const token = document.querySelector('input[name="_token"]');
  const alive = () => fetch("/counter/alive", {
    method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" }, signal: AbortSignal.timeout(8000),
    body: "_token=" + encodeURIComponent(token ? token.value : ""),
  });
  for (const form of away ? all("form[data-once], form[data-guarded]") : []) {
    let state = "";
    form.addEventListener("submit", (event) => {
      if (state === "answers") { state = "sent"; return; }
      event.preventDefault();
      if (state) return;
      state = "asked";
      setTimeout(() => { state = ""; }, 10000);
      alive().then(() => {
        away.hidden = true; state = "answers";
        form.requestSubmit(event.submitter);
      }, () => { away.hidden = false; state = ""; });
    });
  }
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // --- counts: Enter and the arrows go through the rows, and the total is added up ----------------------------------
  const shown = (minor) => {
    const text = String(Math.abs(minor)).padStart(3, "0");
    return (minor < 0 ? "-" : "") + "$" + text.slice(0, -2).replace(/\B(?=([0-9]{3})+$)/g, ",") + "." + text.slice(-2);
  };
  for (const count of all("[data-count]")) {
    const rows = all("input[data-each]", count);
    const total = count.querySelector("[data-total]");
    const add = () => {
      let sum = 0;
      for (const row of rows) sum += (Number.parseInt(row.value, 10) || 0) * Number.parseInt(row.dataset.each, 10);
      total.textContent = shown(sum);
      total.parentElement.hidden = false;
    };
    if (rows.length) add();
    for (const [place, row] of rows.entries()) {
      row.addEventListener("input", add);
      row.addEventListener("keydown", (event) => {
        const step = { ArrowDown: 1, ArrowUp: -1, Enter: 1 }[event.key];
        const next = step && rows[place + step];
        if (next) { event.preventDefault(); next.focus(); next.select(); }
      });
    }
  }

  // --- where the reader should be: what is wrong first, else the first button of a check page ------------------------
  const wrong = document.querySelector("[data-focus]");
  const first = document.querySelector("[data-first]");
  if (wrong && !document.querySelector("[autofocus]")) wrong.focus();
  else if (first) first.focus();
  const paper = document.querySelector("[data-print] ~ div .cf-receipt");
  if (paper) { // The paper is 80 mm wide and as long as this receipt: a style sheet alone cannot say so.
    const codes = all(".cf-receipt__code", paper);
    Object.assign(paper.style, { width: "76mm", maxWidth: "none", fontSize: "9.5pt", padding: "0", border: "0" });
    for (const code of codes) code.style.maxWidth = "62mm";
    const tall = Math.ceil(paper.offsetHeight * 25.4 / 96) + 8;
    for (const one of [paper, ...codes]) one.removeAttribute("style");
    document.styleSheets[0].insertRule(`@page receipt { size: 80mm ${tall}mm; margin: 2mm; }`, document.styleSheets[0].cssRules.length);
  }
  if (document.querySelector("[data-print]")) window.addEventListener("load", () => { if (!navigator.webdriver) window.print(); });

  // --- the idle lock: said before it comes, and put off while somebody types ------------------------------------------
  const warn = Number(body.dataset.warn) * 1000;
  if (warn) {
    const idle = document.getElementById("idle");
    let seen = performance.now(), told = performance.now();
    const used = () => {
      seen = performance.now();
      if (idle) idle.hidden = true;
      if (seen - told > Math.min(60000, warn / 4)) { told = performance.now(); alive().catch(() => {}); }
    };
    for (const name of ["keydown", "pointerdown", "input"]) document.addEventListener(name, used, { passive: true });
    setInterval(() => { if (idle && performance.now() - Math.max(seen, told) > warn) idle.hidden = false; }, 1000);
  }
})();
