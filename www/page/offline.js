// The page's side of the service worker (service-worker.js): registers it, says when a new version is ready, and switches
// isolation off if it does harm.

import { scriptAddress } from "../engine/program/script-address.js";
import { buildOf, nameOf } from "../offline/names.js";
import { byId } from "./dom.js";

const root = new URL("./", document.baseURI).href;
const build = buildOf(root, import.meta.url) ?? "";

/** A page may be open for weeks. Browsers look for a new version only when a page is opened. */
const UPDATE_MS = 3_600_000;

/** A note that remains if the tab dies while the model is loaded with threads. */
const LOADING_WITH_THREADS = "mamba-web.loading-with-threads";

/** @param {import("./model.js").Model} model */
export function setUpOffline(model) {
  // Not in a plain http page, nor in some private windows.
  const workers = window.isSecureContext ? navigator.serviceWorker : undefined;
  if (!workers) return;

  // The service worker keeps the files of this build as long as this lock is held.
  void navigator.locks?.request(nameOf(root, build), { mode: "shared" }, () => new Promise(() => {}));

  byId("update-now", HTMLButtonElement).addEventListener("click", () => location.reload());
  workers.addEventListener("message", ({ data }) => {
    byId("update", HTMLElement).hidden = /** @type {import("../service-worker.js").ToPage} */ (data).build === build;
  });
  workers.startMessages();
  const ask = () => tell(workers, { whichBuild: true });
  workers.addEventListener("controllerchange", ask);
  ask();
  if (!workers.controller) workers.addEventListener("controllerchange", keepWhatIsUsed, { once: true });

  const wanted = new URLSearchParams(location.search).get("isolate");
  if (wanted === "0" || wanted === "1") tell(workers, { isolate: wanted === "1" });
  watchIsolation(model, () => tell(workers, { isolate: false }));

  let isRegistered = false;
  model.onChange(({ loading }) => {
    // On the first visit nothing must compete with the model.
    if (loading || isRegistered) return;
    isRegistered = true;
    void register(workers);
  });
}

/** @param {ServiceWorkerContainer} workers */
async function register(workers) {
  try {
    const address = scriptAddress(new URL("service-worker.js", root));
    const registration = await workers.register(address, { scope: root, updateViaCache: "none" });
    tell(workers, { cleanUp: true });
    let asked = Date.now();
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible" || Date.now() - asked < UPDATE_MS) return;
      asked = Date.now();
      registration.update().catch(() => {}); // no network: another time
    });
  } catch (error) {
    console.warn("The page cannot be kept in this browser:", error);
  }
}

/**
 * Asks once more for what this page runs. It came before the service worker was there, which keeps it now: the next visit
 * may take another wasm, but this page goes on with its own, also when the site has a new build by then.
 */
function keepWhatIsUsed() {
  const used = performance.getEntriesByType("resource").map(({ name }) => name);
  const programs = used.filter((address) => buildOf(root, address) === build);
  const glue = programs.filter((address) => address.endsWith("_bg.wasm")).map((address) => address.replace("_bg.wasm", ".js"));
  for (const address of new Set([...programs, ...glue])) fetch(address).catch(() => {}); // then it is fetched when it is needed
}

/** @param {ServiceWorkerContainer} workers @param {import("../service-worker.js").FromPage} message */
const tell = (workers, message) => workers.controller?.postMessage(message);

/**
 * Isolation brings threads. Their memory is reserved at once, which some devices cannot bear. If the tab dies meanwhile, or
 * if the page's own model cannot be loaded, the next visit has one thread.
 *
 * @param {import("./model.js").Model} model
 * @param {() => void} giveUp
 */
function watchIsolation(model, giveUp) {
  if (!crossOriginIsolated) return;
  // The tab keeps this note even if it dies. `pagehide` removes it if the visitor just leaves the page.
  const note = (/** @type {boolean} */ isLoading) => {
    try {
      if (isLoading) sessionStorage.setItem(LOADING_WITH_THREADS, "yes");
      else sessionStorage.removeItem(LOADING_WITH_THREADS);
    } catch {
      // Without storage the note cannot be kept.
    }
  };
  try {
    if (sessionStorage.getItem(LOADING_WITH_THREADS)) giveUp();
  } catch {
    // see above
  }
  addEventListener("pagehide", () => note(false));
  model.onChange(({ loading, failed }) => {
    note(loading !== null);
    if (failed?.choice.isDefault && /^(out-of-memory|engine-stopped)$/.test(failed.error.code)) giveUp();
  });
}
