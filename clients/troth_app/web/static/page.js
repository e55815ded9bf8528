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
  // Another page is on its way: it may say something once, and nothing else may take its place. A file is no page.
  let going = false;
  addEventListener("beforeunload", () => {
    going = true;
    setTimeout(() => (going = false), 5000);
  });
  const unsent = new Set();
  const leave = () => {
    if (left) return;
    const token = csrf();
    for (const keep of unsent) keep({ keepalive: true });
    left = true;
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

  // What a form held that the lock answered goes to no disk: a browser keeps it there with a page that came of a form.
  const door = document.querySelector("form[action='/unlock'] [name=back]");
  if (door) history.replaceState(null, "", door.value);

  // A tab behind another one is blank: a browser shows small pictures of tabs, also after a lock. It is there again
  // with an answer, which may be that it locked; one that does not come is not waited for long.
  const appear = () => root.classList.toggle("behind", document.hidden);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) appear();
    else setTimeout(appear, "news" in document.body.dataset ? 1000 : 0);
  });
  appear();

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

  // Whether nothing answered when it was asked last.
  let silent = false;

  // Drafts go to the program as they are written, and from there to the vault.
  const drafted = (form) => {
    let timer = 0;
    let asked = null;
    const keep = (more = {}) => {
      clearTimeout(timer);
      unsent.delete(keep);
      const fields = {};
      for (const field of form.querySelectorAll("textarea[name], input[type=text][name]")) fields[field.name] = field.value;
      asked = new AbortController();
      return post("/draft", { form: form.dataset.draft, fields: JSON.stringify(fields) }, { signal: asked.signal, ...more })
        .then((answer) => {
          silent = false;
          hush("unanswered");
          if (answer.ok) hush("unkept");
          else say("unkept");
        })
        .catch((why) => {
          if (why.name === "AbortError" || left) return;
          silent = true;
          say("unkept");
        });
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      unsent.add(keep);
      timer = setTimeout(keep, 300);
    });
    // Sent once, and where nothing answers not at all: a browser's own page of errors would take the words' place.
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (sent || silent) event.preventDefault();
      if (sent) return;
      sent = true;
      clearTimeout(timer);
      asked?.abort();
      unsent.delete(keep);
      if (silent) ask(form, event.submitter, () => (sent = false));
      else setTimeout(() => (sent = false), 3000);
    });
  };
  const ask = (form, button, again) =>
    post("/here")
      .then(() => {
        silent = false;
        again();
        form.requestSubmit(button);
      })
      .catch(() => {
        again();
        say("unanswered");
      });
  // The last words before a lock are kept first, and not waited for long: it locks all the same.
  document.getElementById("lock")?.addEventListener("submit", (event) => {
    if (!unsent.size) return;
    event.preventDefault();
    const waited = new Promise((enough) => setTimeout(enough, 1000));
    Promise.race([Promise.all([...unsent].map((keep) => keep())), waited]).then(() => event.target.submit());
  });
  addEventListener("pagehide", () => {
    if (!left) for (const keep of unsent) keep({ keepalive: true });
  });
  document.querySelectorAll("form[data-draft]").forEach(drafted);

  // News: the same page is asked for again, and its living regions are put in place of those that nobody reads.
  const fresh = async () => {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" }, credentials: "same-origin", cache: "no-store" });
    if (left || going) return null;
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
  news?.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("allow" in button.dataset) Notification.requestPermission().finally(() => hush("allow"));
    else live(true);
  });

  // A notice is for who chose it, says the same few words each time, and is given where nobody looks.
  const notices = "notices" in document.body.dataset && "Notification" in window;
  const notice = () => {
    if (!notices || !document.hidden || Notification.permission !== "granted") return;
    new Notification(document.title, { body: document.getElementById("notice").content.textContent.trim(), tag: "new" });
  };
  if (notices && Notification.permission === "default") say("allow");

  // While it takes a moment, the page looks again by itself.
  const wait = () => setTimeout(async () => {
    const page = await fresh().catch(() => null);
    const main = page?.getElementById("main");
    if (left) return;
    if (main && !("waiting" in main.dataset)) location.reload();
    else wait();
  }, 1000);
  const main = document.getElementById("main");
  if (main && "waiting" in main.dataset) wait();
  if (main && "focus" in main.dataset && !main.querySelector("[autofocus]")) main.focus({ preventScroll: true });

  if ("news" in document.body.dataset) {
    let stream = null;
    const listen = () => {
      // Where it knows from: what came while the page was on its way, or nobody listened, is told at once.
      stream = new EventSource(`/news?after=${document.body.dataset.news}`);
      for (const sign of ["error", "open"]) {
        stream.addEventListener(sign, () => {
          silent = sign === "error";
          appear();
        });
      }
      stream.addEventListener("message", (event) => {
        if (event.data !== document.body.dataset.news) notice();
        document.body.dataset.news = event.data;
        live();
      });
      // Who leaves locks too, and is on the way to another page already.
      stream.addEventListener("locked", async () => {
        if (left) return;
        // Where nobody serves the lock either, this page says so: the browser's own would not say what is safe.
        const there = await fetch("/", { headers: { "X-Live": "1" }, cache: "no-store" }).catch(() => null);
        if (left) return;
        if (there) location.replace("/");
        else document.getElementById("main").replaceChildren(document.getElementById("gone").content.cloneNode(true));
      });
    };
    // A page that nobody sees holds no line open: a browser has six for all of its pages.
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && notices) return;
      stream?.close();
      if (!document.hidden) listen();
    });
    if (!document.hidden) listen();
  }
})();
