// Small things that only the browser can do. Loaded as a plain script before Blazor starts.
window.lab = {
  // Stored in a cookie, so that the server renders the right theme and language at once.
  remember(name, value) {
    document.cookie = `lab-${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax`;
  },
  theme(name) {
    lab.remember("theme", name);
    document.documentElement.dataset.theme = name;
    for (const link of document.querySelectorAll("link[data-theme-sheet]"))
      link.media = link.dataset.themeSheet === name ? "all" : "not all";
    window.dispatchEvent(new CustomEvent("lab-theme"));
  },
  isDark() {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  },
  toggleTheme() { lab.theme(lab.isDark() ? "light" : "dark"); return lab.isDark(); },
  async copyText(text) { await navigator.clipboard.writeText(text); },
  download(name, type, content) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  },
  // A figure that the server drew, as SVG or PNG. Its colours are those of the style sheet in light, whatever the page shows: it is for paper.
  async saveFigure(text, name, kind) {
    const figure = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    const pixel = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
    const probe = document.body.appendChild(document.createElement("span"));
    probe.style.colorScheme = "light";
    for (const key of ["fill", "stroke"])
      for (const element of figure.querySelectorAll(`[data-${key}]`)) {
        probe.style.color = element.getAttribute("data-" + key);
        pixel.fillStyle = getComputedStyle(probe).color;
        pixel.fillRect(0, 0, 1, 1);
        element.setAttribute(key, "#" + [...pixel.getImageData(0, 0, 1, 1).data].slice(0, 3).map(v => v.toString(16).padStart(2, "0")).join(""));
        element.removeAttribute("data-" + key);
      }
    probe.remove();
    const svg = new XMLSerializer().serializeToString(figure);
    if (kind === "svg") return lab.download(name + ".svg", "image/svg+xml", svg);
    const image = new Image(), scale = 3;
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg);
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width * scale, height: image.height * scale });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    lab.download(name + ".png", "image/png", await new Promise(done => canvas.toBlob(done, "image/png")));
  },
  // Shows the head of what a choice further down has opened; what is in sight stays where it is.
  reveal(element) {
    const top = element?.getBoundingClientRect().top;
    if (top < 60 || top > innerHeight * 0.6) scrollBy({ top: top - 60 });
  },
  // The focus goes to the heading of a page that was opened; who has gone on inside the page already stays there.
  begin() {
    const main = document.querySelector("main");
    if (!main?.contains(document.activeElement)) main?.querySelector("h1")?.focus({ preventScroll: true });
  },
  // The open tab, where a narrow window shows only some of them.
  revealTab(list) { list?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" }); },
  scrollToEnd(element) { if (element) element.scrollTop = element.scrollHeight; },
};
// Text that must survive a lost connection or a closed page until it is saved.
document.addEventListener("input", e => {
  if (e.target.dataset?.draft) localStorage.setItem(e.target.dataset.draft, e.target.value);
});
document.addEventListener("click", e => {
  if (e.target.closest?.("[data-reload]")) location.reload();
});
// A menu closes when something in it or elsewhere was chosen.
document.addEventListener("click", e => {
  for (const menu of document.querySelectorAll("details.save-menu[open]"))
    if (!menu.querySelector("summary").contains(e.target)) menu.open = false;
});
// Only the open tab is a stop of the Tab key; the others are reached with the arrows, and open as they are reached.
document.addEventListener("keydown", e => {
  const tabs = e.target.role === "tab" && !e.altKey && !e.ctrlKey && !e.metaKey ? [...e.target.closest("[role=tablist]").children] : [];
  const at = tabs.indexOf(e.target);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[e.key];
  if (at < 0 || to === undefined) return;
  e.preventDefault();
  const tab = tabs.at(to % tabs.length);
  tab.focus();
  tab.click();
});
document.addEventListener("keydown", e => {
  const menu = e.key === "Escape" && e.target.closest?.("details.save-menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});
