"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const index = JSON.parse(byId("index").textContent);
  const shown = byId("passage");
  const [controls, order, layer, signal, rank, which, chips, strip, readout] =
    ["controls", "order", "layer", "signal", "rank", "which", "chips", "strip", "readout"].map(byId);
  const formulas = { memory: "tanh(c)", hidden: "h" };
  const minus = (text) => text.replace("-", "−");

  // ----- Data: bytes from 1 to 255, 128 is zero.
  const unpack = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const value = (byte) => (byte - 128) / 127;
  const level = (byte) => Math.round((value(byte) + 1) * (index.levels - 1) / 2);
  const unpacked = new Map();
  function layerBytes(l, s) {
    const id = `data-${l}-${s}`;
    if (!unpacked.has(id)) unpacked.set(id, unpack(byId(id).textContent));
    return unpacked.get(id);
  }
  // Sites in the order of the figures: by layer, signal, unit.
  const sites = [];
  index.layers.forEach((here, l) => here.signals.forEach((s) => {
    for (let unit = 0; unit < here.units; unit++) {
      sites.push({ number: sites.length, layer: l, signal: s, unit, packed: here.packed.includes(s) });
    }
  }));
  const property = () => index.properties.find((p) => p.key === order.value);

  // ----- The list of cells and the one that is shown.
  let list = [];
  const current = () => list[+rank.value];
  function relist(wanted) {
    const now = property();
    list = sites.filter((site) => site.packed && site.signal === signal.value
      && (layer.value === "" || site.layer === +layer.value));
    if (now) list.sort((a, b) => Math.abs(now.chosen[b.number]) - Math.abs(now.chosen[a.number]));
    rank.max = Math.max(list.length - 1, 0);
    rank.value = Math.max(wanted ? list.findIndex((site) => site.number === wanted.number) : 0, 0);
    show();
  }
  function figure(p, strength) {
    return minus((p.is_area ? 0.5 + strength / 2000 : strength / 1000).toFixed(2));
  }
  function chip(p, site) {
    const [chosen, reported] = [p.chosen[site.number], p.reported[site.number]];
    const turn = chosen < 0 ? -1 : 1;
    const item = document.createElement("li");
    if (p === property()) item.className = "now";
    const direction = p.is_area ? (turn > 0 ? "high" : "low") : (turn > 0 ? "rising" : "falling");
    item.textContent = `${p.title}: ${p.is_area ? "AUC" : "r"} ${figure(p, turn * chosen)}, `
      + `other passage ${figure(p, turn * reported)} (${direction})`;
    return item;
  }
  function show() {
    const site = current();
    if (!site) {
      which.textContent = "No cell has this signal here.";
      chips.replaceChildren();
      draw();
      return;
    }
    const start = site.unit * index.shown;
    const bytes = layerBytes(site.layer, site.signal).subarray(start, start + index.shown);
    const marks = property() && property().marks;
    [...shown.children].forEach((letter, t) => {
      letter.className = `a${level(bytes[t])}${marks && marks[t] === "1" ? " y" : ""}`;
    });
    values.set(shown, bytes);
    const name = `layer ${site.layer + 1}, cell ${site.unit + 1}, ${formulas[site.signal]}`;
    shown.setAttribute("aria-label", `The passage coloured by ${name}`);
    which.replaceChildren(name, document.createElement("span"));
    which.lastChild.textContent = ` · ${+rank.value + 1} of ${list.length}`;
    rank.setAttribute("aria-valuetext", name);
    chips.replaceChildren(...index.properties.map((p) => chip(p, site)));
    draw();
  }

  // ----- The strip: how strong the cells of the list are.
  function draw() {
    const scale = window.devicePixelRatio || 1;
    const [width, height] = [strip.clientWidth, strip.clientHeight];
    strip.width = width * scale;
    strip.height = height * scale;
    const paint = strip.getContext("2d");
    paint.scale(scale, scale);
    const style = getComputedStyle(document.documentElement);
    const now = property();
    const step = width / Math.max(list.length, 1);
    list.forEach((site, i) => {
      const strength = now ? Math.abs(now.chosen[site.number]) / 1000 : 0.15;
      const tall = Math.max(2, strength * (height - 2));
      paint.fillStyle = style.getPropertyValue(i === +rank.value ? "--ink" : "--chosen");
      const wide = i === +rank.value ? Math.max(step, 3) : Math.max(step * 0.8, 0.5);
      paint.fillRect(i * step, height - tall, wide, tall);
    });
  }
  strip.addEventListener("click", (event) => {
    const box = strip.getBoundingClientRect();
    rank.value = Math.floor((event.clientX - box.left) / box.width * list.length);
    show();
  });
  addEventListener("resize", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

  // ----- Moving between cells.
  const move = (by) => { rank.value = +rank.value + by; show(); };
  byId("previous").addEventListener("click", () => move(-1));
  byId("next").addEventListener("click", () => move(1));
  rank.addEventListener("input", show);
  order.addEventListener("change", () => relist());
  layer.addEventListener("change", () => relist());
  signal.addEventListener("change", () => relist(partner(current())));
  controls.addEventListener("submit", (event) => event.preventDefault());
  const partner = (site) => site && sites.find((other) => other.layer === site.layer
    && other.unit === site.unit && other.signal === signal.value);
  addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target instanceof Element && event.target.closest("select, input")) return;
    event.preventDefault();
    move(by);
  });
  for (const button of document.querySelectorAll("[data-look]")) {
    const [l, s, unit] = button.dataset.look.split(" ");
    const site = sites.find((x) => x.layer === +l && x.signal === s && x.unit === +unit);
    if (!site || !site.packed) continue;
    button.hidden = false;
    const plain = button.parentElement.querySelector(".nojs");
    if (plain) plain.hidden = true;
    const from = button.closest("[data-property]");
    button.addEventListener("click", () => {
      if (from) order.value = from.dataset.property;
      layer.value = "";
      signal.value = s;
      relist(site);
      byId("explorer").scrollIntoView({ behavior: "smooth" });
    });
  }

  // ----- The value below the pointer.
  const values = new Map();
  let lit = null;
  function point(event) {
    const letter = event.target instanceof Element && event.target.closest(".passage > i");
    if (lit) lit.classList.remove("at");
    lit = letter;
    readout.hidden = !letter;
    if (!letter) return;
    letter.classList.add("at");
    const passage = letter.parentElement;
    if (!values.has(passage)) values.set(passage, unpack(passage.dataset.values));
    const bytes = values.get(passage);
    const at = [...passage.children].indexOf(letter);
    const number = value(bytes[at]);
    const written = letter.textContent;
    const name = { " ": "blank", "\t": "tab", "↵\n": "line break" }[written] || `“${written}”`;
    readout.textContent = `${name}  ${number < 0 ? "" : "+"}${minus(number.toFixed(2))}`;
  }
  document.addEventListener("pointerover", point);
  document.addEventListener("pointerdown", point);

  controls.hidden = false;
  relist();
})();
