"use strict";

// Everything but passkeys works without this script.

// A form is sent once, however often its button is pressed.
for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "true";
    event.submitter?.setAttribute("aria-busy", "true");
  });
}

// The browser went back to a page that was sent.
addEventListener("pageshow", () => {
  for (const form of document.forms) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }
});

for (const button of document.querySelectorAll("[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.textContent = shown ? button.dataset.hide : button.dataset.show;
    input.focus();
  });
  input.form.addEventListener("submit", () => { input.type = "password"; });
}

for (const list of document.querySelectorAll("[data-rules]")) {
  const input = document.getElementById(list.dataset.rules);
  const rules = {
    length: (text) => [...text].length >= Number(list.dataset.length),
    lowercase: (text) => /[a-z]/.test(text),
    uppercase: (text) => /[A-Z]/.test(text),
    number: (text) => /[0-9]/.test(text),
    symbol: (text) => /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]/.test(text) || text.replace(/^ +| +$/g, "").includes(" "),
  };
  input.addEventListener("input", () => {
    for (const item of list.children) item.classList.toggle("met", rules[item.dataset.rule](input.value));
  });
}

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** The options of a ceremony, as the browser takes them. */
function parse(kind, options) {
  const native =
    kind === "get"
      ? PublicKeyCredential.parseRequestOptionsFromJSON
      : PublicKeyCredential.parseCreationOptionsFromJSON;
  if (native) return native.call(PublicKeyCredential, options);
  const credentials = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  const parsed = { ...options, challenge: bytes(options.challenge) };
  if (options.user) parsed.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) parsed.allowCredentials = credentials(options.allowCredentials);
  if (options.excludeCredentials) parsed.excludeCredentials = credentials(options.excludeCredentials);
  return parsed;
}

/** A credential in JSON. */
function write(credential) {
  if (credential.toJSON) return JSON.stringify(credential.toJSON());
  const { response } = credential;
  const written = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) written[name] = text(response[name]);
  }
  if (response.getTransports) written.transports = response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: written,
  });
}

const passkeys = document.querySelector("form[data-passkey]");
if (passkeys) {
  const message = document.getElementById("passkeyMessage");
  // Before the guard above: what isn't ready is not sent.
  passkeys.addEventListener(
    "submit",
    async (event) => {
      if (passkeys.elements.credential.value) return;
      event.preventDefault();
      message.hidden = true;
      try {
        const kind = passkeys.dataset.passkey;
        const options = JSON.parse(passkeys.dataset.options);
        const publicKey = parse(kind, options.publicKey ?? options);
        const credential = await navigator.credentials[kind]({ publicKey });
        passkeys.elements.credential.value = write(credential);
        passkeys.requestSubmit();
      } catch {
        message.hidden = false;
      }
    },
    { capture: true },
  );
  addEventListener("pageshow", () => { passkeys.elements.credential.value = ""; });
}
