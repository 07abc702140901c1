// The explorer: what the reader picks stands behind the # of the address, and is drawn from there.
const explorer = (() => {
  "use strict";
  const page = document.getElementById("explorer");
  const sizes = page.dataset.batchSizes.split(" ");
  const rates = page.dataset.learningRates.split(" ");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const get = (id) => document.getElementById(`explorer-${id}`);
  const cells = new Map(); // the runs that have arrived, by name; null while they are on their way
  let problem; // the training samples, and what all cells share
  const picked = {}; // setting `a`, and `b` while two are compared: size and rate of each
  let active = "a"; // the setting that sliders and maps pick
  const squares = new Map(); // the links of the maps, each with the setting that it leads to
  const views = {}; // the plots, once they are drawn
  let playing;

  // ---- Files: scripts that call `define` and `add`, as a page on a disk may load no others.

  function load(file) {
    const script = document.createElement("script");
    script.src = `${page.dataset.files}${file}?${page.dataset.version}`;
    document.head.append(script);
    return new Promise((resolve, reject) => {
      script.onload = resolve;
      script.onerror = () => {
        say(`The file ${file} does not load. Try again later.`);
        reject(new Error(file));
      };
    });
  }
  // The numbers in a text of base64, as an array of the type.
  function unpack(text, type) {
    return new type(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  }
  function define(content) {
    problem = { ...content, x: unpack(content.x, Float32Array) };
  }
  function add(name, content) {
    const units = unpack(content.weights.units, Int16Array);
    const n = units.length / content.weights.scales.length;
    const weights = content.weights.scales.map((scale, i) =>
      scale === null ? null : Float32Array.from(units.subarray(i * n, (i + 1) * n), (unit) => (unit * scale) / 32767),
    );
    const accuracy = bySet(unpack(content.right, Uint16Array), (right, set) => right / problem[`n_${set}`]);
    const loss = bySet(unpack(content.losses, Int16Array), (unit) => Math.exp(unit / 1000));
    cells.set(name, { ...content, weights, accuracy, loss, seconds: content.epochs.map(secondsOf(content.batch_size)) });
    if (settings().some(([, cell]) => cell === cells.get(name))) show();
  }
  // The values of every run (seed) on each set after every epoch.
  function bySet(units, convert) {
    const epochs = problem.snapshots.at(-1);
    const rows = Array.from({ length: units.length / epochs }, (_, i) => [...units.subarray(i * epochs, (i + 1) * epochs)]);
    const half = rows.length / 2;
    return {
      train: rows.slice(0, half).map((row) => row.map((unit) => convert(unit, "train"))),
      test: rows.slice(half).map((row) => row.map((unit) => convert(unit, "test"))),
    };
  }
  // The seconds that plain `fit` takes for a number of epochs at a batch size.
  function secondsOf(batchSize) {
    const { update, sample } = page.dataset; // in milliseconds
    const ofEpoch = Math.ceil(problem.n_train / batchSize) * update + problem.n_train * sample;
    return (epochs) => (epochs === null ? null : (epochs * ofEpoch) / 1000);
  }

  // ---- Numbers.

  // A quantile between the two nearest values, as NumPy has it.
  function quantile(values, share) {
    const sorted = [...values].sort((a, b) => a - b);
    const place = share * (sorted.length - 1);
    const low = Math.floor(place);
    const high = Math.min(low + 1, sorted.length - 1);
    return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
  }
  // The lines and bands of a cell, one row per epoch.
  function curves(cell, quantity) {
    return cell[quantity].test[0].map((one, i) => {
      const row = { epoch: i + 1, one };
      for (const [name, runs] of Object.entries(cell[quantity])) {
        const values = runs.map((run) => run[i]);
        row[name] = quantile(values, 0.5);
        row[`${name}_low`] = quantile(values, 0.05);
        row[`${name}_high`] = quantile(values, 0.95);
      }
      return row;
    });
  }
  // The class that the network with these weights predicts at a point: 2 inputs, ReLU units, 3 classes.
  function predict(weights, x, y) {
    const n = (weights.length - 3) / 6;
    let [a, b, c] = [weights[6 * n], weights[6 * n + 1], weights[6 * n + 2]];
    for (let i = 0; i < n; i++) {
      const unit = x * weights[i] + y * weights[n + i] + weights[2 * n + i];
      if (unit <= 0) continue;
      a += unit * weights[3 * n + 3 * i];
      b += unit * weights[3 * n + 3 * i + 1];
      c += unit * weights[3 * n + 3 * i + 2];
    }
    return a >= b && a >= c ? 0 : b >= c ? 1 : 2;
  }
  // The square around the training samples: x from, x to, y from, y to.
  function limits() {
    const axes = [0, 1].map((axis) => problem.x.filter((_, i) => i % 2 === axis));
    const [low, high] = [Math.min, Math.max].map((end) => axes.map((values) => end(...values)));
    const half = Math.max(high[0] - low[0], high[1] - low[1]) / 2 + 0.5;
    return [0, 1].flatMap((axis) => [-half, half].map((side) => (low[axis] + high[axis]) / 2 + side));
  }
  // A picture of the classes over the plane; nothing where the weights are no numbers.
  function regions(weights, colors) {
    const [left, right, bottom, top] = limits();
    const n = 128; // points along each side
    const picture = document.createElement("canvas");
    picture.width = picture.height = n;
    if (!weights) return picture;
    const shades = colors.map((color) => [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16)));
    const pixels = new ImageData(n, n);
    pixels.data.fill(255);
    for (let i = 0; i < n * n; i++) {
      const x = left + (((i % n) + 0.5) / n) * (right - left);
      const y = top - ((Math.floor(i / n) + 0.5) / n) * (top - bottom);
      pixels.data.set(shades[predict(weights, x, y)], 4 * i);
    }
    picture.getContext("2d").putImageData(pixels, 0, 0);
    return picture;
  }

  // ---- Words.

  const tenths = (value) => (100 * value).toFixed(1);
  const percent = (value) => `${tenths(value)} %`;
  const points = (value) => (100 * value).toFixed(2);
  const digits = (value) => (value === null ? "diverged" : value.toPrecision(3));
  const whole = (value) => (value === null ? "never" : String(value));
  const seconds = (value) => (value === null ? "never" : value.toPrecision(2));
  const forms = {
    epochs: whole, updates: whole, seconds, volatility: points,
    train: tenths, test: tenths, train_loss: digits, test_loss: digits,
  };

  function say(sentence) {
    const line = page.querySelector(".explorer-sentence");
    if (line.textContent !== sentence) line.textContent = sentence;
  }
  // What a setting is called, with its letter if there are two.
  function title(setting) {
    const { size, rate } = picked[setting];
    return `${picked.b ? `${setting.toUpperCase()}: b` : "B"}atch size ${size}, learning rate ${rate}`;
  }
  function sentence(cell) {
    const [, epochs] = cell.epochs;
    const runs = cell.accuracy.test.length;
    const target = `a test accuracy of ${problem.target}`;
    const final = percent(cell.test[1]);
    return [
      epochs !== null
        ? `the median run reaches and keeps ${target} from epoch ${epochs} on, after ${cell.updates[1]} updates, for which fit would take ${seconds(cell.seconds[1])} seconds.`
        : cell.failed
          ? `training fails: the median run ends with a test accuracy of ${final}, and chance is a third.`
          : `the median run never reaches and keeps ${target}.`,
      cell.held && cell.held < runs ? `${cell.held} of ${runs} runs ${cell.held === 1 ? "does" : "do"}.` : "",
      cell.failed ? "" : `Volatility is ${points(cell.volatility[1])} percentage points, final test accuracy ${final}.`,
      cell.diverged ? `${cell.diverged} of ${runs} runs diverge: their weights grow until they are no numbers.` : "",
    ].filter(Boolean).join(" ");
  }
  // Median, and in brackets the two percentiles.
  function number(cell, quantity) {
    const [low, median, high] = cell[quantity].map(forms[quantity]);
    return low === high ? median : `${median} [${low},\u00a0${high}]`;
  }
  function quantity() {
    return page.querySelector("[name=quantity]:checked").value;
  }
  function epoch() {
    return Number(get("epoch").value);
  }

  // ---- Plots.

  // Colours and font, from the style of the page.
  function look() {
    const style = getComputedStyle(page);
    const color = (name) => style.getPropertyValue(`--${name}`).trim();
    return {
      font: style.fontFamily,
      ink: color("pst-color-text-base"),
      muted: color("pst-color-text-muted"),
      lines: color("pst-color-border"),
      train: color("explorer-train"),
      test: color("explorer-test"),
      classes: [0, 1, 2].map((i) => color(`explorer-class-${i}`)),
    };
  }
  function config({ font, ink, lines }) {
    return {
      axis: {
        labelFont: font, titleFont: font, labelFontSize: 12, titleFontSize: 13, titleFontWeight: "normal",
        labelColor: ink, titleColor: ink, domainColor: lines, tickColor: lines, gridColor: lines, gridOpacity: 0.6,
      },
    };
  }
  const along = (field) => ({ scale: "x", field });
  const up = (field) => ({ scale: "y", field });

  const SCALES = {
    accuracy: () => [{ domain: problem.range, zero: false }, { tickCount: 6 }],
    loss: () => [{ type: "log", domain: [0.3, 5] }, { values: [0.3, 0.5, 1, 2, 5] }],
  };
  function curvesSpec({ train, test, muted, ink }) {
    const [scale, ticks] = SCALES[quantity()]();
    const sets = Object.entries({ train, test });
    const bands = sets.map(([name, color]) => ({
      type: "area",
      clip: true,
      from: { data: "curves" },
      encode: {
        update: {
          x: along("epoch"), y: up(`${name}_low`), y2: up(`${name}_high`),
          fill: { value: color }, fillOpacity: { value: 0.22 },
        },
      },
    }));
    const lines = sets.map(([name, color]) => ({
      type: "line",
      clip: true,
      from: { data: "curves" },
      encode: {
        update: {
          x: along("epoch"), y: up(name), strokeWidth: { value: 2 },
          stroke: { value: color }, strokeDash: { value: name === "train" ? [1, 0] : [5, 3] },
        },
      },
    }));
    return {
      signals: [
        { name: "epoch", value: 0 },
        { name: "one", value: false },
      ],
      data: [{ name: "curves" }],
      scales: [
        { name: "x", domain: [0, problem.snapshots.at(-1)], range: "width" },
        { name: "y", range: "height", ...scale },
      ],
      axes: [
        { orient: "bottom", scale: "x", title: "epoch", tickCount: 5 },
        { orient: "left", scale: "y", title: quantity(), grid: true, ...ticks },
      ],
      marks: [
        ...bands,
        {
          type: "line",
          clip: true,
          from: { data: "curves" },
          encode: {
            update: {
              x: along("epoch"), y: up("one"), stroke: { value: muted }, strokeWidth: { value: 1 },
              strokeOpacity: { signal: "one ? 1 : 0" },
            },
          },
        },
        ...lines,
        {
          type: "rule",
          encode: {
            update: {
              x: { scale: "x", signal: "epoch" }, y: { value: 0 }, y2: { signal: "height" }, stroke: { value: ink },
            },
          },
        },
      ],
    };
  }
  function regionsSpec({ classes }) {
    const [left, right, bottom, top] = limits();
    const samples = problem.labels.map((label, i) => ({ label, x: problem.x[2 * i], y: problem.x[2 * i + 1] }));
    return {
      data: [{ name: "regions" }, { name: "samples", values: samples }],
      scales: [
        { name: "x", domain: [left, right], zero: false, range: "width" },
        { name: "y", domain: [bottom, top], zero: false, range: "height" },
        { name: "color", type: "ordinal", domain: [0, 1, 2], range: classes },
        { name: "shape", type: "ordinal", domain: [0, 1, 2], range: ["circle", "square", "triangle-up"] },
      ],
      axes: [
        { orient: "bottom", scale: "x", title: "first feature", tickCount: 6 },
        { orient: "left", scale: "y", title: "second feature", tickCount: 6 },
      ],
      marks: [
        {
          type: "image",
          from: { data: "regions" },
          encode: {
            update: {
              x: { value: 0 }, y: { value: 0 }, width: { signal: "width" }, height: { signal: "height" },
              image: { field: "picture" }, aspect: { value: false }, opacity: { value: 0.25 },
            },
          },
        },
        {
          type: "symbol",
          from: { data: "samples" },
          encode: {
            update: {
              x: along("x"), y: up("y"), size: { value: 18 }, fillOpacity: { value: 0.75 },
              fill: { scale: "color", field: "label" }, shape: { scale: "shape", field: "label" },
            },
          },
        },
      ],
    };
  }
  function draw(id, spec) {
    views[id]?.finalize();
    const container = get(id);
    const room = container.getBoundingClientRect();
    const padding = { left: 50, right: 16, top: 8, bottom: 44 };
    const width = Math.floor(room.width) - padding.left - padding.right;
    const size = { autosize: "none", padding, width, height: room.height - padding.top - padding.bottom };
    const runtime = vega.parse({ ...size, ...spec }, config(look()), { ast: true });
    views[id] = new vega.View(runtime, { container, expr: vega.expressionInterpreter, renderer: "canvas", hover: false });
  }
  function drawCurves(id) {
    draw(id, curvesSpec(look()));
    views[id].addEventListener("click", ({ offsetX }) => {
      const x = offsetX - views[id].origin()[0] - views[id].padding().left;
      get("epoch").value = views[id].scale("x").invert(x); // which a slider rounds
      stop();
      showEpoch();
    });
  }
  // A plot anew: when it is first seen, and when the page has other colours or another width. One
  // step at a time, since a phone answers its reader only between them.
  async function redraw(id) {
    if (!get(id).clientWidth) return; // hidden
    const drawIt = id.startsWith("curves") ? () => drawCurves(id) : () => draw(id, regionsSpec(look()));
    for (const step of [drawIt, show]) {
      await new Promise((resolve) => setTimeout(resolve));
      step();
    }
  }

  // ---- What is shown.

  // The settings that are shown, each with its cell once that is there.
  function settings() {
    return Object.entries(picked).map(([setting, { size, rate }]) => [setting, cells.get(`${size}_${rate}`)]);
  }
  // Take up what the address says; what it does not say, or what no run has, is as at the start.
  function read() {
    const start = new URLSearchParams(page.dataset.start);
    const asked = new URLSearchParams(location.hash.slice(1));
    const take = (name, ending, known) => (known.includes(asked.get(name + ending)) ? asked.get(name + ending) : start.get(name));
    const setting = (ending) => ({ size: take("batch_size", ending, sizes), rate: take("learning_rate", ending, rates) });
    picked.a = setting("");
    if (asked.has("batch_size_b") || asked.has("learning_rate_b")) picked.b = setting("_b");
    else delete picked.b;
    if (!picked.b) active = "a";
  }
  // What stands behind the # if these settings are shown.
  function fragment({ a, b }) {
    const part = ({ size, rate }, ending) => `batch_size${ending}=${size}&learning_rate${ending}=${rate}`;
    return `#${part(a, "")}${b ? `&${part(b, "_b")}` : ""}`;
  }
  // The settings with another one in place of the active one.
  function changed(change) {
    return { ...picked, [active]: { ...picked[active], ...change } };
  }
  function pick(change) {
    location.replace(fragment(changed(change)));
  }
  // A second setting begins as the full batch, or as a minibatch beside that.
  function compare(event) {
    const { a } = picked;
    const full = sizes.at(-1);
    const other = a.size === full ? new URLSearchParams(page.dataset.start).get("batch_size") : full;
    active = event.target.checked ? "b" : "a";
    location.replace(fragment(active === "b" ? { a, b: { ...a, size: other } } : { a }));
  }
  function showPick() {
    read();
    const { size, rate } = picked[active];
    for (const [id, values, value] of [["batch-size", sizes, size], ["learning-rate", rates, rate]]) {
      get(id).value = values.indexOf(value);
      get(id).setAttribute("aria-valuetext", value);
      page.querySelector(`output[for="explorer-${id}"]`).value = value;
    }
    const flavours = [...page.querySelectorAll("[name=flavour]")];
    const own = flavours.find((flavour) => flavour.value === size) ?? flavours[1]; // else a minibatch
    own.checked = true;
    get("compare").checked = "b" in picked;
    page.querySelector(`[name=active][value=${active}]`).checked = true;
    page.classList.toggle("compares", "b" in picked);
    for (const part of page.querySelectorAll("[data-setting=b]")) part.hidden = !("b" in picked);
    for (const setting of Object.keys(picked)) {
      get(`setting-${setting}`).textContent = title(setting);
      page.querySelector(`th[data-setting=${setting}]`).textContent = title(setting);
    }
    markSquares();
    show();
    if (problem) askForCells();
  }
  // Each square of a map leads to its cell, and bears the letters of the settings that show it.
  function markSquares() {
    for (const [link, square] of squares) {
      const here = Object.keys(picked).filter((setting) => picked[setting].size === square.size && picked[setting].rate === square.rate);
      link.hash = fragment(changed(square));
      link.ariaCurrent = here.length ? "true" : null;
      link.dataset.shows = here.join("");
      link.tabIndex = here.includes(active) ? 0 : -1;
    }
  }
  function askForCells() {
    for (const { size, rate } of Object.values(picked)) {
      const name = `${size}_${rate}`;
      if (cells.has(name)) continue;
      cells.set(name, null);
      load(`explorer/${name}.js`).catch(() => cells.delete(name)); // it is asked for anew next time
    }
  }
  function show() {
    for (const [setting, cell] of settings()) {
      if (!cell) continue;
      for (const row of page.querySelectorAll("tr[data-quantity]")) {
        row.querySelector(`td[data-setting=${setting}]`).textContent = number(cell, row.dataset.quantity);
      }
      views[`curves-${setting}`]?.data("curves", curves(cell, quantity())).signal("one", get("one").checked);
    }
    for (const key of page.querySelectorAll(".explorer-keys .one")) key.hidden = !get("one").checked;
    if (settings().every(([, cell]) => cell)) {
      say(settings().map(([setting, cell]) => `${title(setting)}: ${sentence(cell)}`).join("\n"));
    }
    showEpoch();
  }
  function showEpoch() {
    if (!problem) return;
    const kept = problem.snapshots.findLastIndex((snapshot) => snapshot <= epoch()); // with its weights
    const snapshot = problem.snapshots[kept];
    page.querySelector("output[for=explorer-epoch]").value =
      snapshot < epoch() ? `${epoch()}, regions of epoch ${snapshot}` : epoch();
    for (const [setting, cell] of settings()) if (cell) showEpochOf(setting, cell, cell.weights[kept]);
  }
  function showEpochOf(setting, cell, weights) {
    const text = reached(setting, cell, weights);
    if (setting === active) get("epoch").setAttribute("aria-valuetext", text);
    get(`reached-${setting}`).textContent = text;
    views[`curves-${setting}`]?.signal("epoch", epoch()).runAsync();
    const view = views[`regions-${setting}`];
    if (view && view.shows !== weights) {
      view.shows = weights;
      view.data("regions", [{ picture: regions(weights, look().classes) }]).runAsync();
    }
    // What the plots show, for those who do not see them.
    get(`curves-${setting}`).ariaLabel = `${title(setting)}: ${quantity()} against epoch, training and test set.`;
    get(`regions-${setting}`).ariaLabel = `${title(setting)}: regions of the three classes over the training samples. ${text}.`;
  }
  // How far the run that has regions is at the epoch.
  function reached(setting, cell, weights) {
    const start = `${picked.b ? `${setting.toUpperCase()}, e` : "E"}poch ${epoch()}: `;
    if (!weights) return `${start}diverged`;
    if (epoch() === 0) return `${start}before training`;
    const form = { accuracy: percent, loss: digits }[quantity()];
    const [train, test] = ["train", "test"].map((set) => form(cell[quantity()][set][0][epoch() - 1]));
    return `${start}train ${train}, test ${test}`;
  }
  function stop() {
    clearInterval(playing);
    playing = undefined;
    get("play").textContent = "Play";
  }
  function play() {
    if (playing) return stop();
    const slider = get("epoch");
    if (slider.value === slider.max) slider.value = 0;
    get("play").textContent = "Pause";
    playing = setInterval(() => {
      slider.value = epoch() + 1;
      showEpoch();
      if (slider.value === slider.max) stop();
    }, 80);
  }

  // ---- The maps: one stop of the Tab key each, and arrows within.

  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  function move(event) {
    const link = event.target.closest("a");
    if (!link || !(event.key in STEPS)) return;
    event.preventDefault();
    const [down, right] = STEPS[event.key];
    const rows = [...event.currentTarget.tBodies[0].rows].map((row) => [...row.querySelectorAll("a")]);
    const row = rows.findIndex((links) => links.includes(link));
    const next = rows[row + down]?.[rows[row].indexOf(link) + right];
    if (!next) return;
    link.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
  // Where the curves are out of sight, as on a phone, bring them back.
  function openCell(event) {
    if (!event.target.closest("a")) return;
    get(`setting-${active}`).closest("figure").scrollIntoView({ block: "nearest", behavior: still.matches ? "auto" : "smooth" });
  }

  function start() {
    get("batch-size").oninput = (event) => pick({ size: sizes[event.target.value] });
    get("learning-rate").oninput = (event) => pick({ rate: rates[event.target.value] });
    for (const flavour of page.querySelectorAll("[name=flavour]")) {
      flavour.oninput = () => pick({ size: flavour.value });
    }
    get("compare").oninput = compare;
    for (const choice of page.querySelectorAll("[name=active]")) {
      choice.oninput = () => {
        active = choice.value;
        showPick();
      };
    }
    for (const choice of page.querySelectorAll("[name=quantity]")) {
      choice.oninput = () => Object.keys(views).filter((id) => id.startsWith("curves")).forEach(redraw);
    }
    get("one").oninput = show;
    get("epoch").oninput = () => {
      stop();
      showEpoch();
    };
    get("play").onclick = play;
    for (const map of page.querySelectorAll(".explorer-map")) {
      map.setAttribute("role", "grid");
      map.onkeydown = move;
      map.onclick = openCell;
      for (const link of map.querySelectorAll("a")) {
        const leads = new URLSearchParams(link.hash.slice(1));
        squares.set(link, { size: leads.get("batch_size"), rate: leads.get("learning_rate") });
      }
    }
    for (const plot of page.querySelectorAll(".explorer-plot")) plot.setAttribute("role", "img");
    addEventListener("hashchange", showPick);
    showPick();
    // The text is there first; then the numbers, then the library that draws them.
    load("explorer/problem.js").then(() => {
      showPick();
      return load("vega/vega.min.js");
    }).then(watch, () => {});
  }
  // Draw each plot as it is seen, and again when its room or the theme changes.
  function watch() {
    const id = (plot) => plot.id.replace("explorer-", "");
    const resizes = new ResizeObserver((plots) => plots.forEach(({ target }) => redraw(id(target))));
    const sights = new IntersectionObserver((plots) => {
      for (const { target } of plots.filter((plot) => plot.isIntersecting)) {
        sights.unobserve(target);
        resizes.observe(target); // which at once reports the first size
      }
    });
    for (const plot of page.querySelectorAll(".explorer-plot")) sights.observe(plot);
    new MutationObserver(() => Object.keys(views).forEach(redraw))
      .observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }
  return { add, cells, curves, define, predict, start };
})();
explorer.start();
