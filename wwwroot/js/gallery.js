// A grid of any number of thumbnails: only what is on the screen exists, and rows come by HTTP, not through the page's circuit.
const PAGE = 120, GAP = 6;

export function create(root, options) {
  const grid = root.querySelector(".gallery-grid"), status = root.querySelector(".gallery-status"), dialog = root.querySelector("dialog");
  const space = document.createElement("div");
  space.className = "gallery-space";
  grid.append(space);
  let filter = new URLSearchParams(), total = 0, columns = 1, wish = 112, side = wish, current = 0, seen = 0, pages = new Map(), cells = new Map(), epoch = 0, pending = 0;

  const item = i => pages.get(Math.floor(i / PAGE))?.items?.[i % PAGE];
  const image = (x, suffix = "") => `${options.images}/${x.ordinal}${suffix}`;

  async function load(page) {
    if (pages.has(page)) return pages.get(page).ready;
    const entry = { items: null };
    pages.set(page, entry);
    const mine = epoch;
    return entry.ready = (async () => {
      const query = new URLSearchParams(filter);
      query.set("skip", page * PAGE);
      query.set("take", PAGE);
      try {
        const answer = await fetch(`${options.images}?${query}`);
        if (!answer.ok) throw new Error((await answer.json()).detail);
        const found = await answer.json();
        if (mine !== epoch) return;
        entry.items = found.items;
        if (total !== found.total || page === 0) {
          total = found.total;
          layout();
        }
        draw();
      } catch (e) {
        if (mine !== epoch) return;
        pages.delete(page);
        status.textContent = e.message || options.words.failed;
      }
    })();
  }

  function layout() {
    const width = grid.clientWidth - GAP;
    // As many as the wished size allows, then grown until they fill the row.
    columns = Math.max(1, Math.floor(width / (wish + GAP)));
    side = Math.floor(width / columns) - GAP;
    space.style.height = `${Math.ceil(total / columns) * (side + GAP) + GAP}px`;
    status.textContent = total === 1 ? options.words.one : options.words.many.replace("{0}", total.toLocaleString("en-US"));
    grid.dataset.empty = total === 0 ? options.words.none : "";
    for (const cell of cells.values()) cell.remove();
    cells.clear();
  }

  function draw() {
    const row = side + GAP;
    const first = Math.max(0, Math.floor(grid.scrollTop / row) - 2) * columns;
    const last = Math.min(total, (Math.ceil((grid.scrollTop + grid.clientHeight) / row) + 2) * columns);
    for (const [i, cell] of cells)
      if ((i < first || i >= last) && cell !== document.activeElement) {
        cell.remove();
        cells.delete(i);
      }
    for (let i = first; i < last; i++) {
      const x = item(i);
      if (!x) load(Math.floor(i / PAGE));
      else if (!cells.has(i)) cells.set(i, place(i, x));
    }
  }

  function place(i, x) {
    const cell = document.createElement("button");
    cell.type = "button";
    cell.className = "gallery-cell";
    cell.style.transform = `translate(${GAP + (i % columns) * (side + GAP)}px, ${GAP + Math.floor(i / columns) * (side + GAP)}px)`;
    cell.style.width = cell.style.height = `${side}px`;
    cell.style.setProperty("--class", `var(--series-${x.label % 8})`);
    cell.tabIndex = i === current ? 0 : -1;
    cell.dataset.index = i;
    cell.title = x.path;
    const picture = document.createElement("img");
    picture.src = image(x, "/thumbnail?size=" + (devicePixelRatio > 1.2 ? 256 : 128));
    picture.alt = `${options.classes[x.label]}, ${x.path.split("/").pop()}`;
    picture.decoding = "async";
    cell.append(picture);
    space.append(cell);
    return cell;
  }

  async function focus(i) {
    if (i < 0 || i >= total) return;
    current = i;
    const row = side + GAP, top = Math.floor(i / columns) * row;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top + row + GAP > grid.scrollTop + grid.clientHeight) grid.scrollTop = top + row + GAP - grid.clientHeight;
    await load(Math.floor(i / PAGE));
    draw();
    for (const [k, cell] of cells) cell.tabIndex = k === i ? 0 : -1;
    cells.get(i)?.focus({ preventScroll: true });
  }

  const step = key => ({ ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, PageUp: -columns * 4, PageDown: columns * 4 })[key];

  function entry([name, value, href]) {
    const [term, text] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = name;
    if (href) {
      const link = document.createElement("a");
      link.href = href;
      link.textContent = value;
      text.append(link);
    } else text.textContent = value;
    return [term, text];
  }

  // What takes longer to find than the row itself follows when it is there.
  async function learn(x, list) {
    const answer = await fetch(image(x, "/facts")).catch(() => null);
    if (!answer?.ok) return;
    const known = await answer.json(), words = options.words, round = values => values.map(v => Math.round(v)).join(", ");
    if (!dialog.open || dialog.querySelector("h2").textContent !== x.path) return;
    list.append(...[
      [words.mean, round(known.means)], [words.deviation, round(known.deviations)], [words.background, `${Math.round(known.backgroundShare * 100)} %`],
      ...known.parts.map(p => [p.split, words.parts[p.part]]),
      ...known.twins.map(t => [words.twins, `${words.image.replace("{0}", t.ordinal)} (${t.distance})`, `${options.images}/${t.ordinal}`]),
      ...known.said.map(s => [words.run.replace("{0}", s.run).replace("{1}", s.name), `${options.classes[s.predicted]} ${(s.probability * 100).toFixed(1)} %, ${s.right ? words.right : words.wrong}`, options.runs + s.run]),
    ].flatMap(entry));
  }

  async function show(i) {
    if (i < 0 || i >= total) return;
    current = seen = i;
    await load(Math.floor(i / PAGE));
    const x = item(i);
    if (!x) return;
    const facts = [
      [options.words.class, options.classes[x.label]], [options.words.patient, x.group ?? "–"], [options.words.size, `${x.width} × ${x.height}`],
      [options.words.format, `${x.format}, ${x.channels === 1 ? options.words.grey : options.words.colour}, ${Math.max(1, Math.round(x.bytes / 1024))} KiB`],
      [options.words.place, `${x.ordinal}`], ["SHA-256", x.sha256],
    ];
    if (x.note) facts.push([options.words.note, x.note]);
    dialog.querySelector("h2").textContent = x.path;
    const picture = dialog.querySelector("img");
    picture.src = image(x);
    picture.alt = options.classes[x.label];
    const list = dialog.querySelector("dl");
    list.replaceChildren(...facts.flatMap(entry));
    learn(x, list);
    dialog.querySelector(".gallery-place").textContent = `${(i + 1).toLocaleString("en-US")} / ${total.toLocaleString("en-US")}`;
    if (!dialog.open) dialog.showModal();
  }

  grid.addEventListener("scroll", () => { pending ||= requestAnimationFrame(() => { pending = 0; draw(); }); }, { passive: true });
  grid.addEventListener("click", e => {
    const cell = e.target.closest(".gallery-cell");
    if (cell) show(Number(cell.dataset.index));
  });
  grid.addEventListener("keydown", e => {
    const by = step(e.key);
    const to = e.key === "Home" ? 0 : e.key === "End" ? total - 1 : by ? Math.max(0, Math.min(total - 1, current + by)) : null;
    if (to === null) return;
    e.preventDefault();
    focus(to);
  });
  grid.addEventListener("focusin", e => {
    if (e.target.dataset.index) current = Number(e.target.dataset.index);
  });
  dialog.addEventListener("keydown", e => {
    if (e.key !== "ArrowLeft" && e.key !== "ArrowRight") return;
    e.preventDefault();
    show(current + step(e.key));
  });
  dialog.addEventListener("click", e => {
    const act = e.target.closest("[data-act]")?.dataset.act;
    if (act === "close" || e.target === dialog) dialog.close();
    else if (act) show(current + (act === "next" ? 1 : -1));
  });
  // The browser gives the focus back to the cell that opened the dialog; the reader may have gone on since.
  dialog.addEventListener("close", () => focus(seen));
  const observer = new ResizeObserver(() => { layout(); draw(); });
  observer.observe(grid);

  return {
    filter(values) {
      epoch++;
      filter = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== null && value !== ""));
      pages = new Map();
      total = current = 0;
      grid.scrollTop = 0;
      status.textContent = options.words.loading;
      return load(0);
    },
    resize(to) { wish = to; layout(); draw(); },
    destroy() { epoch++; observer.disconnect(); },
  };
}
