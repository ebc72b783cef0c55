// Passkeys: asks the browser for one, and sends what it says with the form. Every page works without this file, with
// the passphrase: the forms it serves stay hidden until it finds that this browser can do it.
"use strict";
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const ask = async (what, options) => {
    const publicKey = { ...options, challenge: bytes(options.challenge) };
    if (what === "create") {
      publicKey.user = { ...options.user, id: bytes(options.user.id) };
      publicKey.excludeCredentials = known(options.excludeCredentials);
    } else {
      publicKey.allowCredentials = known(options.allowCredentials);
    }
    const made = await navigator.credentials[what]({ publicKey });
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (made.response[name]) response[name] = text(made.response[name]);
    }
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
  };

  if (!window.isSecureContext || !window.PublicKeyCredential) return;
  for (const note of document.querySelectorAll("[data-no-passkey]")) note.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    const said = form.querySelector("[data-said]");
    let busy = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      said.textContent = "";
      try {
        const answer = await fetch(form.dataset.begin, {
          method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "error",
        });
        if (!(answer.headers.get("content-type") || "").startsWith("application/json")) {
          location.reload(); // Signed out meanwhile, or the page is old: it says so itself.
          return;
        }
        const told = await answer.json();
        if (told.said) {
          said.textContent = told.said;
        } else {
          form.elements.answer.value = await ask(form.dataset.passkey, told.options);
          if (form.elements.passphrase) form.elements.passphrase.disabled = true;
          form.submit();
          return;
        }
      } catch (error) {
        said.textContent = form.dataset.stopped;
      }
      busy = false;
    });
  }
})();
