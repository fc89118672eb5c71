// What every page has. Nothing here is needed to read, to sign in or to act on an alert.

import "./htmx.js";
import "./confirm.js";
import "./copy.js";
import "./search.js";
import "./keys.js";
import "./key-form.js";
import "./live.js";
import "./notices.js";
import "./sign-in.js";
import "./theme.js";
import "./times.js";
import "./double-tap.js";
import "./unsaved.js";

document.documentElement.classList.add("has-script");

if ("serviceWorker" in navigator && window.isSecureContext) navigator.serviceWorker.register("/worker.js");
