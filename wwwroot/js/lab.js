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
  download(name, type, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  },
  // Shows the head of what a choice further down has opened; what is in sight stays where it is.
  reveal(element) {
    const top = element?.getBoundingClientRect().top;
    if (top < 60 || top > innerHeight * 0.6) scrollBy({ top: top - 60 });
  },
  scrollToEnd(element) { if (element) element.scrollTop = element.scrollHeight; },
};
// Text that must survive a lost connection or a closed page until it is saved.
document.addEventListener("input", e => {
  if (e.target.dataset?.draft) localStorage.setItem(e.target.dataset.draft, e.target.value);
});
document.addEventListener("click", e => {
  if (e.target.closest?.("[data-reload]")) location.reload();
});
