// The race: lanes of one network, each with its batch size and learning rate, trained in the page.
const race = (() => {
  "use strict";
  const FRAME = 8; // milliseconds of a frame for training
  const REDRAW = 100; // milliseconds from a picture of the regions to the next
  const FLASHING = 3; // epochs a second below which the samples of a batch are shown
  const SNAPSHOTS = 40; // places of a lane that the view of the loss takes at most
  const SLICE = 40; // squares of a side of that view
  const TITLES = { epochs: "epochs", updates: "updates", seconds: "seconds that fit would take" };
  // Epochs a second, after so many epochs.
  const PACES = { gathers: (epochs) => Math.max(0.25, 0.6 * epochs), slow: () => 0.03, one: () => 1, ten: () => 10, full: () => Infinity };
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const motion = () => (still.matches ? "auto" : "smooth");
  const { plain, whole } = raceWords;
  const { CLOCKS, element } = raceSettings;

  // ---- The data, once for all races of a page.

  const numbers = (text) => new Float32Array(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer);
  function problemOf(spread) {
    const { normals, centers, labels, nTrain } = raceProblem;
    return raceEngine.blobs({ normals: numbers(normals), centers, labels: Uint8Array.from(labels), nTrain }, spread);
  }

  function show(root) {
    const { target, hold, last: lastEpochs, nSeeds, nHidden, costs, nTrain } = raceProblem;
    const goalText = `${100 * target} %`;
    const find = (selector) => root.querySelector(selector);
    const act = (name) => find(`[data-do=${name}]`);
    const prediction = find(".race-prediction");
    const challenges = find(".race-challenges ol");
    const first = raceSettings.read(root.dataset.start, {
      lanes: [], momentum: 0.9, spread: raceProblem.spread, seed: 1, epochs: 150, lock: "none", clock: "epochs",
    }).settings;

    let settings = first;
    let problem, within, grid; // the data, their box, and the points at which regions are predicted
    let shape;
    let lanes = []; // in training
    let goal = 0; // samples to which each lane may go
    let running = 0; // the frame that is asked for
    let [lastFrame, lastDrawn] = [0, 0];
    let job = null; // what else is computed in slices: the view of the loss, or many seeds
    let ghosts = [];
    let said = null; // what was predicted: lane numbers by question
    let outcome = null; // of the last finished race
    let many = null; // runs of many seeds, by lane
    let tried = []; // learning rates of batch size 32
    let view = null; // of the loss

    // ---- Lanes.

    function newLane({ batchSize, learningRate, optimizer }, seed) {
      const weights = raceEngine.initialWeights(shape, seed);
      const { momentum } = settings;
      return raceEngine.lane({ problem, nHidden, weights, batchSize, learningRate, optimizer, momentum, seed });
    }
    // Names that tell lanes of equal batch size apart.
    function names() {
      const sizes = settings.lanes.map(({ batchSize }) => batchSize);
      const rates = new Set(settings.lanes.map(({ learningRate }) => learningRate));
      const kinds = new Set(settings.lanes.map(({ optimizer }) => optimizer));
      return settings.lanes.map(({ batchSize, learningRate, optimizer }) => {
        const twice = sizes.filter((size) => size === batchSize).length > 1;
        const more = [twice && rates.size > 1 && `rate ${plain(learningRate)}`, (twice && kinds.size > 1) && optimizer].filter(Boolean);
        return `batch size ${whole(batchSize)}${more.length ? ` (${more.join(", ")})` : ""}`;
      });
    }
    // The colour of each flavour where it is free, as in the figures of the book.
    function looks() {
      const taken = [];
      return settings.lanes.map(({ batchSize }) => {
        const flavour = batchSize === 1 ? 0 : batchSize === nTrain ? 2 : 1;
        const color = [flavour, 3, 1, 0, 2].find((each) => !taken.includes(each));
        taken.push(color);
        return { color, dash: [2, 0, 1, 3][color] };
      });
    }
    const snapshotEpochs = () => {
      const chosen = new Set([0]);
      for (let i = 0; i < SNAPSHOTS; i += 1) chosen.add(Math.round(settings.epochs ** (i / (SNAPSHOTS - 1))));
      return chosen;
    };
    function prepare() {
      stop();
      job = view = null;
      problem = problemOf(settings.spread);
      shape = { nFeatures: problem.nFeatures, nHidden, nClasses: problem.nClasses };
      within = raceDrawing.limits(problem);
      grid = raceDrawing.gridPoints(within);
      const [name, look, kept] = [names(), looks(), snapshotEpochs()];
      lanes = settings.lanes.map((setting, i) => {
        const engine = newLane(setting, settings.seed);
        return { setting, engine, kept, name: name[i], ...look[i], snapshots: [engine.weights.slice()] };
      });
      goal = 0;
      find(".race-slice").hidden = true;
      drawSoon();
    }
    const isDone = ({ engine }) => engine.diverged || engine.epochs >= settings.epochs;
    const finished = () => lanes.every(isDone);
    function step(lane) {
      const { engine, kept, snapshots } = lane;
      const before = engine.epochs;
      engine.update();
      if (engine.epochs > before && kept.has(engine.epochs) && !engine.diverged) snapshots.push(engine.weights.slice());
    }
    const nextBatch = ({ engine, setting }) => Math.min(setting.batchSize, nTrain - (engine.samples % nTrain));
    // The lane that has seen the fewest samples and may see more, or nothing.
    function behind() {
      let found = null;
      for (const lane of lanes) {
        if (isDone(lane) || lane.engine.samples + nextBatch(lane) > goal) continue;
        if (!found || lane.engine.samples < found.engine.samples) found = lane;
      }
      return found;
    }
    const leastSeen = () => Math.min(...lanes.filter((lane) => !isDone(lane)).map(({ engine }) => engine.samples));
    function train(until) {
      for (let lane = behind(); lane && performance.now() < until; lane = behind()) step(lane);
    }
    const pace = () => PACES[find("[name=pace]").value](goal / nTrain);
    const flashing = () => running && pace() < FLASHING && !still.matches;

    function frame(now) {
      const seconds = Math.min(now - lastFrame, 100) / 1000; // a hidden tab stands still
      lastFrame = now;
      goal = Math.min(settings.epochs * nTrain, goal + seconds * pace() * nTrain);
      train(performance.now() + FRAME);
      goal = Math.min(goal, leastSeen() + 2 * nTrain); // what takes too long is not made up for
      if (finished()) return finish();
      running = requestAnimationFrame(frame);
      const due = now - lastDrawn >= (still.matches ? 500 : REDRAW);
      if (due) lastDrawn = now;
      if (due || flashing()) draw(due);
    }
    function play() {
      if (running) return pause();
      if (finished()) reset();
      closePrediction();
      job = null;
      act("play").textContent = "Pause";
      say("");
      lastFrame = performance.now();
      running = requestAnimationFrame(frame);
    }
    function stop() {
      cancelAnimationFrame(running);
      running = 0;
      act("play").textContent = "Play";
    }
    function pause() {
      stop();
      tell();
    }
    // Say where the lanes are, and show their ways over the loss.
    function tell() {
      const epochs = Math.min(...lanes.map(({ engine }) => engine.epochs));
      say(raceWords.summary(outcomes(), { clock: settings.clock, target: goalText, epochs, finished: finished() }));
      draw(true);
      if (epochs > 0) viewLoss();
    }
    function oneUpdate() {
      byHand(() => lanes.filter((lane) => !isDone(lane)).forEach(step));
    }
    function oneEpoch() {
      byHand(() => {
        goal = (Math.floor(leastSeen() / nTrain) + 1) * nTrain;
        train(Infinity);
      });
    }
    function byHand(advance) {
      closePrediction();
      stop();
      if (finished()) reset();
      advance();
      goal = Math.max(leastSeen(), 0);
      if (finished()) finish();
      else tell();
    }
    function reset() {
      keepGhost();
      prepare();
      say("");
    }
    function keepGhost() {
      const lines = lanes.filter(({ engine }) => engine.epochs > 1);
      if (lines.length) ghosts = lines.map((lane) => ({ ...lane, setting: { ...lane.setting } }));
    }
    function finish() {
      goal = settings.epochs * nTrain;
      stop();
      outcome = outcomes();
      const { momentum, spread, seed } = settings;
      for (const { setting: { batchSize, learningRate, optimizer }, held } of outcome) {
        if (batchSize === 32) tried.push({ learningRate, held, key: [momentum, spread, seed, optimizer].join() });
      }
      showOutcome();
      checkChallenges();
      tell();
      const { top, bottom } = find(".race-chart").getBoundingClientRect();
      if (top < innerHeight && bottom > 0) find(".race-outcome").scrollIntoView({ behavior: motion(), block: "nearest" });
    }

    // ---- What came out.

    function clockAt(clock, batchSize, epochs) {
      const updates = epochs * Math.ceil(nTrain / batchSize);
      if (clock === "epochs") return epochs;
      return clock === "updates" ? updates : (updates * costs.update + epochs * nTrain * costs.sample) / 1000;
    }
    function outcomeOf({ engine, setting, name }) {
      const { valAccuracy } = engine.history;
      const epochs = raceEngine.epochsTo(valAccuracy, target, hold);
      const recent = valAccuracy.slice(-lastEpochs);
      const final = recent.reduce((sum, value) => sum + value, 0) / recent.length;
      return {
        name, setting, ...setting, final,
        diverged: engine.diverged,
        updatesPerEpoch: Math.ceil(nTrain / setting.batchSize),
        reached: Object.fromEntries(CLOCKS.map((clock) => [clock, clockAt(clock, setting.batchSize, epochs)])),
        volatility: engine.diverged ? NaN : raceEngine.volatility(valAccuracy, lastEpochs),
        held: !engine.diverged && epochs < Infinity && final > target - 0.02,
      };
    }
    const outcomes = () => lanes.map(outcomeOf);

    function showOutcome() {
      const about = { target: goalText, costs, nTrain };
      const rows = {
        epochs: `first to ${goalText} in epochs`,
        updates: "in updates",
        ...(costs && { seconds: "in seconds of fit" }),
        steady: `steadiest in the last ${lastEpochs} epochs`,
      };
      find(".race-outcome tbody").replaceChildren(...Object.entries(rows).map(([question, text]) => {
        const { winners, text: winner, others, why } = raceWords.answer(question, outcome, about);
        const row = element("tr");
        row.dataset.question = question;
        const head = element("th", text, { scope: "row" });
        const came = element("td", "", { className: "race-won" });
        came.append(element("strong", winner), element("span", others));
        const guess = said?.[question];
        const right = guess !== undefined && winners.some(({ name }) => name === said.names[guess]);
        const told = guess === undefined ? "" : `${said.names[guess]}: ${right ? "right" : "not so"}`;
        row.append(head, came, element("td", told, { className: "race-said" }), element("td", why));
        return row;
      }));
      root.classList.toggle("race-unsaid", !said);
      find(".race-outcome").hidden = false;
    }
    function checkChallenges() {
      if (!challenges) return;
      const changed = differences();
      const key = [settings.momentum, settings.spread, settings.seed, "SGD"].join();
      const seen = { outcomes: outcome ?? [], nTrain, changed, many, tried: tried.filter((each) => each.key === key) };
      raceWords.CHALLENGES.forEach(({ check }, i) => {
        const answer = check(seen);
        const box = challenges.children[i];
        if (!answer || box.dataset.done) return;
        const [done, text] = answer;
        if (done) box.dataset.done = "yes";
        box.querySelector("output").textContent = text;
      });
    }
    // In how many settings the race differs from the one that the page began with.
    function differences() {
      const flat = ({ lanes: each, momentum, spread, lock }) =>
        [momentum, spread, lock, ...each.flatMap(({ batchSize, learningRate, optimizer }) => [batchSize, learningRate, optimizer])];
      const [now, then] = [flat(settings), flat(first)];
      return now.filter((value, i) => value !== then[i]).length + Math.max(0, then.length - now.length);
    }

    // ---- Pictures.

    let colors;
    function draw(whole_) {
      colors ??= raceDrawing.look(root);
      const boxes = [...find(".race-lanes").children];
      lanes.forEach((lane, i) => {
        const { engine } = lane;
        if (whole_) {
          lane.regions = raceDrawing.regionsPicture(engine.diverged ? [] : raceEngine.classesOn(engine.weights, shape, grid), colors);
          numbersOf(lane, boxes[i]);
        }
        const batch = engine.updates && !finished() && (flashing() || !running) ? engine.batch() : null;
        raceDrawing.lane(boxes[i].querySelector(".race-picture canvas"), { regions: lane.regions, problem, within, batch, colors });
      });
      if (whole_) drawChart();
    }
    function numbersOf({ engine, setting, name, color, dash }, box) {
      const { loss, valAccuracy } = engine.history;
      const put = (what, text) => { box.querySelector(`[data-show=${what}]`).textContent = text; };
      const { reached, volatility } = outcomeOf({ engine, setting, name });
      put("epochs", engine.epochs);
      put("updates", whole(engine.updates));
      put("samples", whole(engine.samples));
      put("loss", loss.length ? plain(Number(loss.at(-1).toFixed(3))) : "–");
      put("accuracy", valAccuracy.length ? raceWords.percent(valAccuracy.at(-1)) : "–");
      put("volatility", Number.isNaN(volatility) ? "–" : `${raceWords.points(volatility)} points`);
      const news = engine.diverged
        ? `diverged in epoch ${engine.epochs + 1}: its weights are no longer numbers`
        : reached.epochs < Infinity
          ? `${goalText} after ${raceWords.time("epochs", reached.epochs)}, ${raceWords.time("updates", reached.updates)}, ${raceWords.time("seconds", reached.seconds)}`
          : isDone({ engine }) ? `never kept ${goalText}` : "";
      put("news", news);
      raceDrawing.key(box.querySelector(".race-key canvas"), { color, dash, colors });
      box.querySelector(".race-picture canvas").ariaLabel = `Regions of the three classes as ${name} sees them, over the training samples${engine.epochs ? `, after ${raceWords.time("epochs", engine.epochs)}` : ""}.`;
    }
    function line({ engine, setting, color, dash }) {
      const accuracy = engine.history.valAccuracy;
      const clock = accuracy.map((_, i) => clockAt(settings.clock, setting.batchSize, i + 1));
      const reached = raceEngine.epochsTo(accuracy, target, hold) - 1;
      return { clock, accuracy, color, dash, reached: Number.isFinite(reached) ? reached : -1 };
    }
    function drawChart() {
      const canvas = find(".race-chart canvas");
      const ends = lanes.flatMap(({ setting: { batchSize } }) => [1, settings.epochs].map((epoch) => clockAt(settings.clock, batchSize, epoch)));
      const x = [Math.min(...ends), Math.max(...ends)];
      const pale = ghosts.map(line).map((each) => {
        const n = each.clock.findLastIndex((time) => time <= x[1]) + 1;
        return { ...each, clock: each.clock.slice(0, n), accuracy: each.accuracy.slice(0, n) };
      });
      raceDrawing.chart(canvas, { lines: lanes.map(line), ghosts: pale, xTitle: TITLES[settings.clock], x, target, colors });
      canvas.ariaLabel = `Test accuracy of the lanes against ${TITLES[settings.clock]}. ${find(".race-status").textContent}`;
    }
    let asked = 0;
    function drawSoon() {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(() => {
        draw(true);
        drawView();
        drawCloud();
      });
    }

    // ---- What takes longer: the loss around the ways, and many seeds. In slices of a frame.

    function inSlices(steps, atEnd, atSlice) {
      const mine = (job = {});
      const slice = () => {
        if (job !== mine) return; // something else was asked for
        for (const end = performance.now() + FRAME; performance.now() < end;) {
          const { done, value } = steps.next();
          if (done) {
            job = null;
            return atEnd(value);
          }
        }
        atSlice?.();
        requestAnimationFrame(slice);
      };
      requestAnimationFrame(slice);
    }
    function viewLoss() {
      const sane = lanes.filter(({ engine }) => !engine.diverged);
      const ways = sane.map((lane) => ({ ...lane, points: [...lane.snapshots, lane.engine.weights.slice()] }));
      if (!ways.length) return;
      const plane = raceSlice.plane(ways.flatMap(({ points }) => points));
      for (const way of ways) way.places = way.points.map((point) => raceSlice.place(plane, point));
      const box = raceSlice.around(ways.flatMap(({ places }) => places));
      const lossOf = (weights) => raceEngine.evaluate(weights, shape, problem.x, problem.labels).loss;
      inSlices(raceSlice.losses(plane, box, SLICE, lossOf), (losses) => {
        view = { grid: losses, within: box, ways };
        find(".race-slice").hidden = false;
        drawView();
      });
    }
    function drawView() {
      if (!view) return;
      const canvas = find(".race-slice canvas");
      raceDrawing.slice(canvas, { ...view, colors });
      canvas.ariaLabel = `Ways of ${raceWords.list(view.ways.map(({ name }) => name))} over the training loss, from one start to their ends.`;
    }
    function* runSeeds(each) {
      for (let k = 0; k < nSeeds; k += 1) {
        for (const [i, setting] of settings.lanes.entries()) {
          const engine = newLane(setting, settings.seed + k);
          while (!engine.diverged && engine.epochs < settings.epochs) {
            engine.epoch();
            yield;
          }
          const { reached, volatility } = outcomeOf({ engine, setting });
          each[i].runs.push({ epochs: reached.epochs, volatility: engine.diverged ? Infinity : volatility });
        }
      }
    }
    function repeat() {
      if (job && act("seeds").dataset.at) return endRepeat("Stopped.");
      closePrediction();
      stop();
      const [name, look] = [names(), looks()];
      const each = settings.lanes.map((setting, i) => ({ ...setting, name: name[i], ...look[i], runs: [] }));
      const atSlice = () => {
        act("seeds").dataset.at = each.at(-1).runs.length;
        act("seeds").textContent = `Seed ${each.at(-1).runs.length + 1} of ${nSeeds}. Stop`;
      };
      inSlices(runSeeds(each), () => {
        many = each;
        endRepeat(many.map(({ name: lane, batchSize, runs }) => {
          const epochs = raceEngine.median(runs.map((run) => run.epochs));
          const volatility = raceEngine.median(runs.map((run) => run.volatility));
          const speed = epochs === Infinity ? `does not keep ${goalText}` : `${raceWords.time("epochs", epochs)}, ${raceWords.time("updates", clockAt("updates", batchSize, epochs))}, ${raceWords.time("seconds", clockAt("seconds", batchSize, epochs))}`;
          return `${lane}: ${speed}, volatility ${Number.isFinite(volatility) ? `${raceWords.points(volatility)} points` : "none, it diverges"}`;
        }).join("; "));
        find(".race-cloud").hidden = false;
        drawCloud();
        checkChallenges();
      }, atSlice);
    }
    function endRepeat(text) {
      job = null;
      delete act("seeds").dataset.at;
      act("seeds").textContent = `Repeat with ${nSeeds} seeds`;
      say(text === "Stopped." ? text : `Medians of ${nSeeds} seeds. ${text}.`);
    }
    function drawCloud() {
      if (!many) return;
      const clouds = many.map(({ runs, batchSize, name, color }) => {
        const pairs = runs.filter((run) => Number.isFinite(run.volatility)).map((run) => [clockAt(settings.clock, batchSize, run.epochs), 100 * run.volatility]);
        return { name, color, runs: pairs, median: [0, 1].map((k) => raceEngine.median(pairs.map((pair) => pair[k]))) };
      }).filter(({ runs }) => runs.length);
      const canvas = find(".race-cloud canvas");
      raceDrawing.cloud(canvas, { clouds, xTitle: `${TITLES[settings.clock]} to ${goalText}`, colors });
      canvas.ariaLabel = `Speed and volatility of ${nSeeds} seeds. ${find(".race-status").textContent}`;
    }

    // ---- What the reader touches.

    const controls = raceSettings.controls(find(".race-settings form"), change);
    function say(text) {
      find(".race-status").textContent = text;
    }
    function closePrediction() {
      if (prediction) prediction.hidden = true;
      find(".race-bar").hidden = false;
    }
    function predict(event) {
      event.preventDefault();
      const given = new FormData(prediction);
      said = { names: lanes.map(({ name }) => name) };
      for (const [question, lane] of given) said[question] = Number(lane);
      if (!given.entries().next().value) said = null;
      closePrediction();
      find(".race-bar").scrollIntoView({ behavior: motion() });
      act("play").focus({ preventScroll: true });
      play();
    }
    function change(changes) {
      settings = { ...settings, ...changes };
      history.replaceState(null, "", `#${raceSettings.address(settings)}`);
      controls.show(settings);
      showLanes();
      reset();
    }
    function showLanes() {
      const list = find(".race-lanes");
      while (list.children.length > settings.lanes.length) list.lastElementChild.remove();
      while (list.children.length < settings.lanes.length) list.append(list.children[0].cloneNode(true));
      list.dataset.n = settings.lanes.length;
      names().forEach((name, i) => {
        const { learningRate, optimizer } = settings.lanes[i];
        list.children[i].querySelector("[data-show=name]").textContent = name;
        list.children[i].querySelector("[data-show=rate]").textContent = `learning rate ${plain(learningRate)}${optimizer === "SGD" ? "" : `, ${optimizer}`}`;
      });
    }
    function start() {
      const linked = location.hash.slice(1);
      const { settings: found, refused } = raceSettings.read(linked.startsWith("lanes=") ? linked : "", first);
      settings = found;
      controls.show(settings);
      showLanes();
      prepare();
      if (refused.length) say(`${refused.join(" ")} The race begins with its own settings instead.`);
      if (challenges) {
        challenges.replaceChildren(...raceWords.CHALLENGES.map(({ text }) => {
          const item = element("li", text);
          item.append(element("output"));
          return item;
        }));
      }
      Object.entries({ play, update: oneUpdate, epoch: oneEpoch, reset, seeds: repeat, link, skip }).forEach(([name, does]) => {
        const button = act(name);
        if (!button) return;
        button.onclick = does;
        button.disabled = false;
      });
      if (prediction) {
        prediction.onsubmit = predict;
        prediction.querySelector("[type=submit]").disabled = false;
      }
      for (const clock of root.querySelectorAll(".race-clock input")) {
        clock.checked = clock.value === settings.clock;
        clock.oninput = () => {
          settings = { ...settings, clock: clock.value };
          history.replaceState(null, "", `#${raceSettings.address(settings)}`);
          if (outcome && finished()) tell();
          drawSoon();
        };
      }
      new ResizeObserver(drawSoon).observe(root);
      new MutationObserver(() => {
        colors = undefined;
        drawSoon();
      }).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    }
    function skip() {
      closePrediction();
      act("play").focus();
    }
    async function link() {
      history.replaceState(null, "", `#${raceSettings.address(settings)}`);
      try {
        await navigator.clipboard.writeText(location.href);
        say("The link is copied.");
      } catch {
        say("The link stands in the address bar."); // the browser keeps the clipboard to itself
      }
    }
    start();
    return { root };
  }
  return { show };
})();
document.querySelectorAll(".race").forEach(race.show);
