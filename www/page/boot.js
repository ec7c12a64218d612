// Runs before anything else, even in browsers that are too old for the rest of the page. So it is ES5 and not a module. It
// sets the chosen theme before the first paint, and says why if the page cannot start.
(function () {
  "use strict";
  var root = document.documentElement;
  try {
    var theme = localStorage.getItem("mamba-web.theme");
    if (theme === "light" || theme === "dark") root.setAttribute("data-theme", theme);
  } catch (e) {
    // Storage can be switched off; the system's theme is used then.
  }

  var AGAIN = "Open the page again";
  var PUBLISH = "Try again in a minute: perhaps a new version is being published. If this is your site, publish all files of dist/.";
  /** @type {string | null} what was thrown while the page started */
  var thrown = null;
  /** @type {string | null} the first file that did not load, or did not run */
  var missing = null;
  var isTold = false;

  // Without this file the sentence in index.html stays. With this file it is shown only if the page has not started.
  root.setAttribute("data-app", "starting");
  var hasStarted = function () {
    return root.getAttribute("data-app") === "started";
  };

  // `true`, because the errors of elements do not bubble.
  addEventListener(
    "error",
    function (event) {
      if (hasStarted()) return;
      var from = /** @type {any} */ (event.target);
      var address = from && (from.src || from.href);
      if (address && /^(SCRIPT|LINK)$/.test(from.tagName)) missing = missing || String(address);
      else if (event.message) thrown = thrown || String(event.message);
    },
    true
  );

  addEventListener("load", function () {
    if (!hasStarted()) findOut();
  });

  /** The browser's error, short enough to be shown. @param {string} text */
  function cut(text) {
    return text.length > 200 ? text.slice(0, 200) + " …" : text;
  }

  function findOut() {
    if (location.protocol === "file:") {
      return tell(
        "This page was opened as a file, and browsers do not run such pages.",
        "Serve its folder, for example with “python3 -m http.server” in it, and open http://localhost:8000.",
        []
      );
    }
    if (!("noModule" in document.createElement("script"))) {
      return tell(
        "This browser is too old for the page: it does not know module scripts.",
        "Use Chrome or Edge 123, Firefox 125, Safari 17.5, or any later one."
      );
    }
    removeServiceWorker();
    if (thrown !== null && missing === null) {
      return tell("The page stopped while it was starting: " + cut(thrown), "Perhaps its saved settings are damaged.", [
        { name: AGAIN, action: reload },
        { name: "Forget my settings and open it again", action: forget },
      ]);
    }
    var program = document.querySelector("script[type=module]");
    var address = missing || String(program && program.getAttribute("src"));
    var name = address.replace(/[?#].*/, "").replace(/.*\//, "");
    fetch(address, { cache: "no-store" }).then(
      function (response) {
        var type = response.headers.get("content-type") || "unknown";
        if (!response.ok) return tell("The server has no " + name + " (status " + response.status + "), a part of this page.", PUBLISH);
        if (/^text\/html\b/i.test(type)) {
          return tell("The server sends a web page instead of " + name + ", a part of this page.", "Perhaps this page's address is too long: open the address of the site itself. " + PUBLISH);
        }
        if (!/javascript|ecmascript|css/i.test(type)) {
          return tell("The server sends " + name + " as “" + cut(type) + "”, which browsers do not run.", "If this is your site, send files that end with .js as text/javascript.");
        }
        tell("The browser could not run " + name + ", a part of this page" + (thrown === null ? "." : ": " + cut(thrown)), PUBLISH);
      },
      function () {
        tell(name + ", a part of this page, could not be fetched.", "Connect to the network and open the page again.");
      }
    );
  }

  /** A kept page that does not start must not come again at the next visit, unless there is no network for another one. */
  function removeServiceWorker() {
    if (navigator.onLine === false || !navigator.serviceWorker || !navigator.serviceWorker.controller) return;
    navigator.serviceWorker.getRegistration().then(function (registration) {
      if (registration) void registration.unregister();
    });
    var names = "mamba-web " + location.pathname.replace(/[^/]*$/, "") + " ";
    void caches.keys().then(function (all) {
      for (var i = 0; i < all.length; i++) if (all[i].indexOf(names) === 0) void caches.delete(all[i]);
    });
  }

  function reload() {
    location.reload();
  }

  function forget() {
    try {
      localStorage.removeItem("mamba-web.settings");
    } catch (e) {
      // Without storage there is nothing to forget.
    }
    reload();
  }

  /**
   * @param {string} what happened
   * @param {string} hint what to do
   * @param {{ name: string, action: () => void }[]} [ways]
   */
  function tell(what, hint, ways) {
    if (isTold) return;
    isTold = true;
    root.setAttribute("data-app", "failed");
    var place = document.getElementById("not-started");
    if (!place) return;
    place.textContent = "";
    add(place, "h2", "This page cannot start");
    add(place, "p", what);
    add(place, "p", hint);
    ways = ways || [{ name: AGAIN, action: reload }];
    for (var i = 0; i < ways.length; i++) {
      var button = add(place, "button", ways[i].name);
      button.className = "plain";
      button.addEventListener("click", ways[i].action);
    }
  }

  /** @param {Element} place @param {string} tag @param {string} text */
  function add(place, tag, text) {
    var element = document.createElement(tag);
    element.textContent = text;
    place.appendChild(element);
    return element;
  }
})();
