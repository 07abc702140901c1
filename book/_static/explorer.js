// The explorer: what the reader picks stands behind the # of the address, and is drawn from there.
const explorer = (() => {
  const page = document.getElementById("explorer");
  const settings = page.dataset;
  const sizes = settings.batchSizes.split(" ");
  const rates = settings.learningRates.split(" ");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const get = (id) => document.getElementById(`explorer-${id}`);
  const cells = new Map(); // the runs that have arrived, by name; null while they are on their way
  let problem; // the training samples, and what all cells share
  let size, rate; // what is picked
  const views = {}; // the two plots, once they are drawn
  let playing;

  // ---- Files: scripts that call `define` and `add`, as a page on a disk may load no others.

  function load(file) {
    const script = document.createElement("script");
    script.src = `${settings.files}${file}?${settings.version}`;
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
    cells.set(name, { ...content, weights, accuracy: accuracies(unpack(content.right, Uint16Array)) });
    if (name === current()) show();
  }
  // The accuracy on each set of every run (seed) after every epoch.
  function accuracies(right) {
    const epochs = problem.snapshots.at(-1);
    const runs = right.length / 2 / epochs;
    const rows = Array.from({ length: 2 * runs }, (_, i) => [...right.subarray(i * epochs, (i + 1) * epochs)]);
    return {
      train: rows.slice(0, runs).map((row) => row.map((n) => n / problem.n_train)),
      test: rows.slice(runs).map((row) => row.map((n) => n / problem.n_test)),
    };
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
  function curves({ accuracy }) {
    return accuracy.test[0].map((one, i) => {
      const row = { epoch: i + 1, one };
      for (const [name, runs] of Object.entries(accuracy)) {
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

  const percent = (value) => (value === null ? "never" : `${(100 * value).toFixed(1)} %`);
  const points = (value) => (100 * value).toFixed(2);
  const whole = (value) => (value === null ? "never" : String(value));
  const forms = { epochs: whole, updates: whole, volatility: points, train: percent, test: percent };

  function say(sentence) {
    const line = page.querySelector(".explorer-sentence");
    if (line.textContent !== sentence) line.textContent = sentence;
  }
  function sentence(cell) {
    const [, epochs] = cell.epochs;
    const runs = cell.accuracy.test.length;
    return [
      `Batch size ${size}, learning rate ${rate}:`,
      epochs === null
        ? `the median run never holds a test accuracy of ${problem.target}.`
        : `the median run holds a test accuracy of ${problem.target} from epoch ${epochs} on, after ${cell.updates[1]} updates.`,
      cell.held < runs ? `${cell.held} of ${runs} runs hold it.` : "",
      `Volatility is ${points(cell.volatility[1])} percentage points, final test accuracy ${percent(cell.test[1])}.`,
      cell.diverged ? `${cell.diverged} of ${runs} runs diverge: their weights grow until they are no numbers.` : "",
    ].filter(Boolean).join(" ");
  }
  function epoch() {
    return problem.snapshots[get("epoch").value];
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

  function curvesSpec({ train, test, muted, ink }) {
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
        { name: "y", domain: problem.range, zero: false, range: "height" },
      ],
      axes: [
        { orient: "bottom", scale: "x", title: "epoch", tickCount: 5 },
        { orient: "left", scale: "y", title: "accuracy", grid: true, tickCount: 8 },
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
  function drawCurves() {
    draw("curves", curvesSpec(look()));
    views.curves.addEventListener("click", ({ offsetX }) => {
      const x = offsetX - views.curves.origin()[0] - views.curves.padding().left;
      const asked = views.curves.scale("x").invert(x);
      const distances = problem.snapshots.map((snapshot) => Math.abs(snapshot - asked));
      get("epoch").value = distances.indexOf(Math.min(...distances));
      stop();
      showEpoch();
    });
  }
  function drawRegions() {
    draw("regions", regionsSpec(look()));
  }
  // A plot anew: when it is first seen, and when the page has other colours or another width. One
  // step at a time, since a phone answers its reader only between them.
  async function redraw(id) {
    for (const step of id === "curves" ? [drawCurves, show] : [drawRegions, showEpoch]) {
      await new Promise((resolve) => setTimeout(resolve));
      step();
    }
  }

  // ---- What is shown.

  const current = () => `${size}_${rate}`;

  // Take up what the address says; what it does not say, or what no run has, is as at the start.
  function read() {
    const start = new URLSearchParams(settings.start);
    const asked = new URLSearchParams(location.hash.slice(1));
    const take = (name, known) => (known.includes(asked.get(name)) ? asked : start).get(name);
    size = take("batch_size", sizes);
    rate = take("learning_rate", rates);
  }
  function pick(batchSize, learningRate) {
    location.replace(`#batch_size=${batchSize}&learning_rate=${learningRate}`);
  }
  function showPick() {
    read();
    for (const [id, values, value] of [["batch-size", sizes, size], ["learning-rate", rates, rate]]) {
      get(id).value = values.indexOf(value);
      get(id).setAttribute("aria-valuetext", value);
      page.querySelector(`output[for="explorer-${id}"]`).value = value;
    }
    const flavours = [...page.querySelectorAll("[name=flavour]")];
    const own = flavours.find((flavour) => flavour.value === size) ?? flavours[1]; // else a minibatch
    own.checked = true;
    for (const link of document.querySelectorAll(".explorer-map a")) {
      const here = link.hash === `#batch_size=${size}&learning_rate=${rate}`;
      link.tabIndex = here ? 0 : -1;
      link.ariaCurrent = here ? "true" : null;
    }
    if (cells.has(current())) show();
    else if (problem) {
      const name = current();
      cells.set(name, null);
      load(`explorer/${name}.js`).catch(() => cells.delete(name)); // it is asked for anew next time
    }
  }
  function show() {
    const cell = cells.get(current());
    if (!cell) return;
    say(sentence(cell));
    for (const row of page.querySelectorAll("[data-quantity]")) {
      [...row.querySelectorAll("td")].forEach((box, i) => {
        box.textContent = forms[row.dataset.quantity](cell[row.dataset.quantity][i]);
      });
    }
    views.curves?.data("curves", curves(cell)).signal("one", get("one").checked);
    showEpoch();
  }
  function showEpoch() {
    const cell = cells.get(current());
    if (!cell) return;
    const weights = cell.weights[get("epoch").value];
    const [train, test] = ["train", "test"].map((set) => percent(cell.accuracy[set][0][epoch() - 1] ?? null));
    const reached = epoch() ? `train ${train}, test ${test}` : "before training";
    const text = `${epoch()}: ${weights ? reached : "diverged"}`;
    page.querySelector("output[for=explorer-epoch]").value = text;
    get("epoch").setAttribute("aria-valuetext", `epoch ${text}`);
    views.curves?.signal("epoch", epoch()).runAsync();
    views.regions?.data("regions", [{ picture: regions(weights, look().classes) }]).runAsync();
    describe(text);
  }
  // What the plots show, for those who do not see them.
  function describe(text) {
    const picked = `batch size ${size}, learning rate ${rate}`;
    get("curves").ariaLabel = `Accuracy against epoch at ${picked}, training and test set.`;
    get("regions").ariaLabel = `Regions of the three classes over the training samples at ${picked}, epoch ${text}.`;
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
      slider.value = Number(slider.value) + 1;
      showEpoch();
      if (slider.value === slider.max || still.matches) stop();
    }, 350);
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
  function openCell(event) {
    if (!event.target.closest("a")) return;
    page.scrollIntoView({ behavior: still.matches ? "auto" : "smooth" });
    get("batch-size").focus({ preventScroll: true });
  }

  function start() {
    get("batch-size").oninput = (event) => pick(sizes[event.target.value], rate);
    get("learning-rate").oninput = (event) => pick(size, rates[event.target.value]);
    for (const flavour of page.querySelectorAll("[name=flavour]")) {
      flavour.oninput = () => pick(flavour.value, rate);
    }
    get("one").oninput = show;
    get("epoch").oninput = () => {
      stop();
      showEpoch();
    };
    get("play").onclick = play;
    for (const map of document.querySelectorAll(".explorer-map")) {
      map.setAttribute("role", "grid");
      map.onkeydown = move;
      map.onclick = openCell;
    }
    for (const id of ["curves", "regions"]) get(id).setAttribute("role", "img");
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
    sights.observe(get("curves"));
    sights.observe(get("regions"));
    new MutationObserver(() => Object.keys(views).forEach(redraw))
      .observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }
  return { add, cells, curves, define, predict, start };
})();
explorer.start();
