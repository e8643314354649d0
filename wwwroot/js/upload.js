// Picks a zip, reads the names in it and sends it: straight to the server by HTTP, never through the page's circuit.
export function create(zone, input, page, words) {
  let file = null, request = null;
  const leave = e => e.preventDefault();
  const take = async files => {
    if (files.length === 0 || request) return;
    file = files[0];
    await page.invokeMethodAsync("Picked", file.name, file.size);
  };
  input.addEventListener("change", () => take(input.files));
  zone.addEventListener("dragover", e => { e.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", e => {
    e.preventDefault();
    zone.classList.remove("over");
    take(e.dataTransfer.files);
  });

  return {
    // Takes a file that was chosen before the page listened.
    ready() { return take(input.files); },
    // All paths in the zip, one a line; none where its directory cannot be read (the server then says why).
    async names() {
      try { return lines(await entries(file)); }
      catch { return lines([]); }
    },
    fileNames(maps) { return [...maps.files].map(f => f.name); },
    // Content of the chosen group maps, one after the other.
    async text(maps) {
      return lines(await Promise.all([...maps.files].map(f => f.text())));
    },
    start(url, fields, maps) {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      if (maps?.files.length > 0) form.append("groups", new File([...maps.files].flatMap(f => [f, "\n"]), maps.files[0].name));
      form.append("file", file);
      let told = 0;
      request = new XMLHttpRequest();
      const end = (method, ...args) => {
        request = null;
        window.removeEventListener("beforeunload", leave);
        return page.invokeMethodAsync(method, ...args);
      };
      request.upload.onprogress = e => {
        if (e.timeStamp - told < 300) return;
        told = e.timeStamp;
        page.invokeMethodAsync("Progressed", e.loaded, e.total);
      };
      request.onload = () => {
        const { status } = request;
        const answer = parse(request.responseText);
        if (status === 200 && answer?.url) end("Sent", answer.url).catch(() => location.assign(answer.url));
        else end("Refused", answer?.detail ?? words.failed);
      };
      request.onerror = () => end("Refused", words.cutOff);
      request.onabort = () => end("Refused", words.canceled);
      request.open("POST", url);
      // A form of another site cannot set a header of its own.
      request.setRequestHeader("X-Lab-Upload", "1");
      request.send(form);
      window.addEventListener("beforeunload", leave);
    },
    cancel() { request?.abort(); },
    destroy() { request?.abort(); },
  };
}

// Each line ended, so that there is always a byte: Blazor refuses a stream of none.
const lines = texts => new TextEncoder().encode(texts.join("\n") + "\n");
const parse = text => { try { return JSON.parse(text); } catch { return null; } };

// Names from the central directory (APPNOTE 6.3, with zip64), reading only the end of the file.
async function entries(file) {
  const tail = new DataView(await file.slice(Math.max(0, file.size - 65_557)).arrayBuffer());
  let at = tail.byteLength - 22;
  while (at >= 0 && tail.getUint32(at, true) !== 0x06054b50) at--;
  if (at < 0) return [];
  let size = tail.getUint32(at + 12, true), offset = tail.getUint32(at + 16, true);
  if (at >= 20 && tail.getUint32(at - 20, true) === 0x07064b50) {
    const start = Number(tail.getBigUint64(at - 12, true));
    const zip64 = new DataView(await file.slice(start, start + 56).arrayBuffer());
    size = Number(zip64.getBigUint64(40, true));
    offset = Number(zip64.getBigUint64(48, true));
  }
  const buffer = await file.slice(offset, offset + size).arrayBuffer();
  const directory = new DataView(buffer), decoder = new TextDecoder();
  const names = [];
  for (let p = 0; p + 46 <= directory.byteLength && directory.getUint32(p, true) === 0x02014b50;) {
    const length = directory.getUint16(p + 28, true);
    const name = decoder.decode(new Uint8Array(buffer, p + 46, length));
    if (!name.endsWith("/")) names.push(name);
    p += 46 + length + directory.getUint16(p + 30, true) + directory.getUint16(p + 32, true);
  }
  return names;
}
