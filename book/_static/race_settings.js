// What the reader sets in a race: lanes and what they share, the address that says it, the controls.
const raceSettings = (() => {
  "use strict";
  const MOST_LANES = 4;
  const RATES = [-4, -3, -2, -1, 0].flatMap((power) => [1, 2, 3, 5].map((step) => Number(`${step}e${power}`))).concat(10);
  const MOMENTA = [0, 0.5, 0.8, 0.9, 0.95, 0.99];
  const SPREADS = [0.5, 1, 1.5, 2, 2.5, 3, 4];
  const LOCKS = { none: () => 1, linear: (ratio) => ratio, sqrt: Math.sqrt };
  const OPTIMIZERS = ["SGD", "Adam"];
  const { nTrain } = raceProblem;
  const { CLOCKS, plain } = raceWords;

  // ---- The address.

  function address({ lanes, momentum, spread, seed, epochs, lock, clock }) {
    const each = lanes.map(({ batchSize, learningRate, optimizer }) => [batchSize, learningRate, optimizer].join(":"));
    return `lanes=${each.join(",")}&momentum=${momentum}&spread=${spread}&seed=${seed}&epochs=${epochs}&lock=${lock}&clock=${clock}`;
  }
  const whole = (low, high) => (value) => Number.isInteger(value) && value >= low && value <= high;
  const between = (low, high) => (value) => value >= low && value <= high;
  const oneOf = (values) => (value) => values.includes(value);
  // What may be set, besides the lanes: how it is read, whether it fits, and what is allowed.
  const SETTINGS = {
    momentum: [Number, between(0, 0.99), "a number from 0 to 0.99"],
    spread: [Number, between(0.1, 10), "a number from 0.1 to 10"],
    seed: [Number, whole(0, 999999), "a whole number from 0 to 999999"],
    epochs: [Number, whole(1, 1000), "a whole number from 1 to 1000"],
    lock: [String, oneOf(Object.keys(LOCKS)), `one of ${Object.keys(LOCKS).join(", ")}`],
    clock: [String, oneOf(CLOCKS), `one of ${CLOCKS.join(", ")}`],
  };
  // Settings from an address; what it does not say is as in others. What cannot be is refused with a
  // sentence, and is as in others too.
  function read(text, others) {
    const said = new URLSearchParams(text);
    const settings = { ...others };
    const refused = [];
    for (const [name, [kind, fits, allowed]] of Object.entries(SETTINGS)) {
      if (!said.has(name)) continue;
      const value = said.get(name).trim() === "" ? NaN : kind(said.get(name));
      if (fits(value)) settings[name] = value;
      else refused.push(`The ${name} must be ${allowed}, got “${said.get(name)}”.`);
    }
    if (said.has("lanes")) {
      const lanes = said.get("lanes").split(",").map((lane) => {
        const [batchSize, learningRate, optimizer = "SGD"] = lane.split(":");
        return { batchSize: number(batchSize), learningRate: number(learningRate), optimizer };
      });
      const wrong = lanes.map(refusal).find(Boolean);
      if (wrong) refused.push(wrong);
      else if (lanes.length > MOST_LANES) refused.push(`There may be 1 to ${MOST_LANES} lanes, got ${lanes.length}.`);
      else settings.lanes = lanes;
    }
    return { settings, refused };
  }
  // A number, or else the text as it came.
  const number = (text = "") => (text.trim() === "" ? "nothing" : Number.isNaN(Number(text)) ? `“${text}”` : Number(text));
  // Why a lane cannot be, or nothing.
  function refusal({ batchSize, learningRate, optimizer }) {
    if (batchSize > nTrain) return `There are ${nTrain} training samples, so the batch size must be at most ${nTrain}, got ${batchSize}.`;
    if (!whole(1, nTrain)(batchSize)) return `The batch size must be a whole number from 1 to ${nTrain}, got ${batchSize}.`;
    if (!(learningRate > 0 && learningRate <= 100)) return `The learning rate must be a number above 0 and at most 100, got ${learningRate}.`;
    if (!OPTIMIZERS.includes(optimizer)) return `The optimizer must be ${OPTIMIZERS.join(" or ")}, got “${optimizer}”.`;
    return "";
  }
  // The lanes with all learning rates set from that of one of them, by the rule that locks them.
  function locked(lanes, i, lock) {
    if (lock === "none") return lanes;
    return lanes.map((lane) => {
      const rate = lanes[i].learningRate * LOCKS[lock](lane.batchSize / lanes[i].batchSize);
      return { ...lane, learningRate: Math.min(100, Number(rate.toPrecision(4))) };
    });
  }

  // The settings in which two races differ, by name.
  function differences(one, other) {
    const names = ["momentum", "spread", "seed", "epochs"].filter((name) => one[name] !== other[name]);
    const lanes = ({ lanes: settings }) => settings.map(Object.values).join();
    return lanes(one) === lanes(other) ? names : [...names, "lanes"];
  }

  // ---- The controls.

  function element(tag, text = "", properties = {}) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(text);
    return made;
  }
  function labelled(text, ...inputs) {
    const label = element("label", text);
    label.append(...inputs);
    return label;
  }
  // A slider over some values. A thumb that scrolls the page does not move it.
  function slide(input, output, values, does) {
    Object.assign(input, { min: 0, max: values.length - 1, step: 1 });
    let before;
    const tell = (text) => {
      output.textContent = text;
      input.setAttribute("aria-valuetext", text);
    };
    const show = (value) => {
      const distances = values.map((each) => Math.abs(Math.log((each + 1e-6) / (value + 1e-6))));
      input.value = distances.indexOf(Math.min(...distances));
      tell(plain(value));
      before = value;
    };
    // When the browser makes it a scroll, it cancels the pointer, but moves the slider all the same.
    let scrolled = false;
    const touch = (is) => () => {
      scrolled = is;
      if (scrolled) show(before);
    };
    Object.assign(input, { onpointerdown: touch(false), onkeydown: touch(false), onpointercancel: touch(true) });
    input.oninput = () => {
      if (scrolled) show(before);
      else tell(plain(values[input.value]));
    };
    input.onchange = () => {
      if (scrolled) show(before);
      else if (values[input.value] !== before) does(values[input.value]);
    };
    return show;
  }
  // The form of the settings; `change` is called with what is to change. Rows stay as they are touched.
  function controls(form, change) {
    const table = form.querySelector(".race-table");
    const add = form.querySelector("[data-do=add]");
    const { lock, momentum, spread, seed, epochs } = form.elements;
    const rows = [];
    let settings;

    function refuse(text) {
      form.querySelector(".race-refusal").textContent = text;
    }
    function changeLane(i, changes) {
      const lanes = settings.lanes.map((lane, k) => (k === i ? { ...lane, ...changes } : lane));
      const wrong = refusal(lanes[i]);
      if (wrong) {
        show(settings);
        return refuse(wrong);
      }
      // A locked lane that gets another batch size takes its learning rate from a lane beside it.
      const from = "batchSize" in changes && lanes.length > 1 ? (i === 0 ? 1 : 0) : i;
      change({ lanes: locked(lanes, from, settings.lock) });
    }
    function button(text, ariaLabel, onclick) {
      return element("button", text, { type: "button", className: "btn", ariaLabel, onclick });
    }
    // A row of the table, and what shows a lane in it.
    function newRow(i) {
      const fields = element("fieldset");
      const size = element("input", "", { type: "number", name: "batch-size", min: 1, max: nTrain, step: 1, inputMode: "numeric" });
      size.onchange = () => changeLane(i, { batchSize: number(size.value) });
      const now = () => settings.lanes[i].batchSize;
      const sizes = element("div", "", { className: "race-size" });
      sizes.append(
        labelled("Batch size ", size),
        button("÷ 2", `Half the batch size of lane ${i + 1}`, () => changeLane(i, { batchSize: Math.max(1, Math.floor(now() / 2)) })),
        button("× 2", `Twice the batch size of lane ${i + 1}`, () => changeLane(i, { batchSize: Math.min(nTrain, 2 * now()) })),
      );
      const [rate, output] = [element("input", "", { type: "range", name: "learning-rate" }), element("output")];
      const showRate = slide(rate, output, RATES, (learningRate) => changeLane(i, { learningRate }));
      const kind = element("select", "", { name: "optimizer" });
      kind.append(...OPTIMIZERS.map((name) => new Option(name)));
      kind.onchange = () => changeLane(i, { optimizer: kind.value });
      const remove = button("Remove", `Remove lane ${i + 1}`, () => {
        if (settings.lanes.length === 1) return refuse("A race needs one lane or more.");
        if (i === settings.lanes.length - 1) rows[i - 1].remove.focus(); // this row goes
        return change({ lanes: settings.lanes.filter((_, k) => k !== i) });
      });
      fields.append(element("legend", `Lane ${i + 1}`), sizes, labelled("Learning rate ", output, rate), labelled("Optimizer ", kind), remove);
      return {
        fields,
        remove,
        show({ batchSize, learningRate, optimizer }) {
          size.value = batchSize;
          kind.value = optimizer;
          showRate(learningRate);
        },
      };
    }
    const showMomentum = slide(momentum, momentum.previousElementSibling, MOMENTA, (value) => change({ momentum: value }));
    const showSpread = slide(spread, spread.previousElementSibling, SPREADS, (value) => change({ spread: value }));
    function show(next) {
      settings = next;
      while (rows.length < settings.lanes.length) {
        rows.push(newRow(rows.length));
        table.append(rows.at(-1).fields);
      }
      while (rows.length > settings.lanes.length) rows.pop().fields.remove();
      rows.forEach((row, i) => row.show(settings.lanes[i]));
      refuse("");
      lock.value = settings.lock;
      seed.value = settings.seed;
      const options = [...epochs.options];
      if (!options.some(({ text }) => Number(text) === settings.epochs)) {
        epochs.add(new Option(settings.epochs), options.find(({ text }) => Number(text) > settings.epochs));
      }
      epochs.value = settings.epochs;
      showMomentum(settings.momentum);
      showSpread(settings.spread);
    }
    form.onsubmit = (event) => event.preventDefault();
    add.onclick = () => {
      if (settings.lanes.length === MOST_LANES) refuse(`A race has at most ${MOST_LANES} lanes.`);
      else change({ lanes: [...settings.lanes, { ...settings.lanes.at(-1) }] });
    };
    lock.onchange = () => change({ lock: lock.value, lanes: locked(settings.lanes, 0, lock.value) });
    epochs.onchange = () => change({ epochs: Number(epochs.value) });
    seed.onchange = () => {
      const { settings: asked, refused } = read(`seed=${seed.value}`, settings);
      if (refused.length) refuse(refused[0]);
      else change({ seed: asked.seed });
    };
    return { show };
  }
  return { address, controls, differences, element, read };
})();
