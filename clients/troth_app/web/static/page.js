// Everything here is an ease: each page works without it. Nothing is stored in the browser.
"use strict";
(() => {
  const root = document.documentElement;
  const csrf = () => document.querySelector("#exit [name=csrf]")?.value ?? "";
  const post = (address, fields = {}, more = {}) =>
    fetch(address, {
      method: "POST",
      body: new URLSearchParams({ csrf: csrf(), ...fields }),
      credentials: "same-origin",
      ...more,
    });

  // Leaving at once: blank first, then lock, then go; Back finds nothing.
  let left = false;
  const leave = () => {
    if (left) return;
    left = true;
    const token = csrf();
    root.classList.add("gone");
    document.body.replaceChildren();
    fetch("/exit", { method: "POST", body: new URLSearchParams({ csrf: token }), keepalive: true, redirect: "manual" })
      .catch(() => {})
      .finally(() => location.replace("/calm"));
    setTimeout(() => location.replace("/calm"), 250);
  };
  document.getElementById("exit")?.addEventListener("submit", (event) => {
    event.preventDefault();
    leave();
  });
  let shifts = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Shift") shifts = [];
    else if (!event.repeat && !("noShift" in document.body.dataset)) {
      shifts = [...shifts, event.timeStamp].slice(-3);
      if (shifts.length === 3 && shifts[2] - shifts[0] < 1000) leave();
    }
  }, true);

  // What a browser keeps of a page that was left is blank.
  addEventListener("pagehide", () => root.classList.add("gone"));
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
    else root.classList.remove("gone");
  });

  // Blank while another window is in front, for who chose it.
  if ("blank" in document.body.dataset) {
    const look = () => root.classList.toggle("away", document.hidden || !document.hasFocus());
    addEventListener("blur", () => root.classList.add("away"));
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    look();
  }

  // Somebody is here: at most twice a minute.
  let told = 0;
  const here = () => {
    if (left || Date.now() - told < 30000) return;
    told = Date.now();
    post("/here").catch(() => {});
  };
  if ("news" in document.body.dataset) {
    for (const sign of ["keydown", "pointerdown", "scroll"]) addEventListener(sign, here, { passive: true, capture: true });
  }

  const news = document.querySelector("[data-new]");
  const say = (name) => {
    if (!news || news.dataset.said === name) return;
    news.dataset.said = name;
    news.replaceChildren(document.getElementById(name).content.cloneNode(true));
  };
  const hush = (name) => {
    if (!news || news.dataset.said !== name) return;
    delete news.dataset.said;
    news.replaceChildren();
  };

  // Drafts go to the program as they are written, and from there to the vault.
  const drafted = (form) => {
    let timer = 0;
    let sent = false;
    let asked = null;
    const keep = (more = {}) => {
      clearTimeout(timer);
      timer = 0;
      const fields = {};
      for (const field of form.querySelectorAll("textarea[name], input[type=text][name]")) fields[field.name] = field.value;
      asked = new AbortController();
      post("/draft", { form: form.dataset.draft, fields: JSON.stringify(fields) }, { signal: asked.signal, ...more })
        .then((answer) => (answer.ok ? hush("unkept") : say("unkept")))
        .catch((why) => why.name === "AbortError" || left || say("unkept"));
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(keep, 300);
    });
    form.addEventListener("submit", () => {
      sent = true;
      clearTimeout(timer);
      asked?.abort();
    });
    addEventListener("pagehide", () => timer && !sent && !left && keep({ keepalive: true }));
  };
  document.querySelectorAll("form[data-draft]").forEach(drafted);

  // News: the same page is asked for again, and its living regions are put in place of those that nobody reads.
  const fresh = async () => {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" }, credentials: "same-origin", cache: "no-store" });
    if (answer.redirected && new URL(answer.url).pathname !== location.pathname) {
      location.replace(answer.url);
      return null;
    }
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  };
  const writing = () => document.activeElement?.matches("input, textarea") ?? false;
  const read = (region) => {
    const box = region.getBoundingClientRect();
    const chosen = getSelection();
    return region.contains(document.activeElement)
      || (!chosen.isCollapsed && chosen.containsNode(region, true))
      || (scrollY > 0 && box.top < 0);
  };
  const live = async (shown = false) => {
    const page = await fresh().catch(() => null);
    if (!page || left) return;
    let first = null;
    for (const region of document.querySelectorAll("[data-live]")) {
      const now = page.getElementById(region.id);
      if (!now || now.innerHTML === region.innerHTML) continue;
      if (!shown && (writing() || read(region))) {
        say("new");
        continue;
      }
      const [x, y] = [scrollX, scrollY];
      region.replaceChildren(...document.adoptNode(now).childNodes);
      scrollTo(x, y);
      first ??= region;
    }
    if (shown) {
      hush("new");
      first?.setAttribute("tabindex", "-1");
      first?.focus();
    }
  };
  news?.addEventListener("click", (event) => event.target.closest("button") && live(true));

  // While it takes a moment, the page looks again by itself.
  const wait = () => setTimeout(async () => {
    const page = await fresh().catch(() => null);
    const main = page?.getElementById("main");
    if (main && !("waiting" in main.dataset)) location.reload();
    else wait();
  }, 1000);
  const main = document.getElementById("main");
  if (main && "waiting" in main.dataset) wait();
  if (main && "focus" in main.dataset && !main.querySelector("[autofocus]")) main.focus({ preventScroll: true });

  if ("news" in document.body.dataset) {
    let stream = null;
    const listen = () => {
      stream = new EventSource("/news");
      stream.addEventListener("message", () => live());
      stream.addEventListener("locked", () => location.replace("/"));
    };
    // A page that nobody sees holds no line open: a browser has six for all of its pages.
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) stream?.close();
      else {
        listen();
        live();
      }
    });
    if (!document.hidden) listen();
  }
})();
