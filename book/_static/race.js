// The race: what the reader plays, sees and touches. The page may hold several.
const race = (() => {
  "use strict";
  const { costs, hold, last, nSeeds, nTrain, target } = raceProblem;
  const { clockAt } = raceLanes;
  const { CLOCKS, TARGET, list, plain, points, time, whole } = raceWords;
  const { element } = raceSettings;
  const FRAME = 8; // milliseconds of a frame for training
  const REDRAW = 100; // milliseconds from a picture of the regions to the next
  const FLASHING = 3; // epochs a second below which the samples of a batch are shown
  const MANY = 100; // samples of a batch that take a while at slow speeds
  const ROWS = 30; // of the map of the loss
  const MAP_HEIGHT = 320; // pixels, as in the style
  const TITLES = { epochs: "epochs", updates: "updates", seconds: "seconds in Keras's fit" };
  const QUESTIONS = {
    epochs: { short: "Fewest epochs", long: `Fewest epochs to ${TARGET}` },
    updates: { short: "Fewest updates", long: `Fewest updates to ${TARGET}` },
    ...(costs && { seconds: { short: "Fewest seconds", long: `Fewest seconds to ${TARGET}, in Keras` } }),
    steady: { short: "Steadiest", long: `Steadiest: least volatility in the last ${last} epochs` },
  };
  // Epochs a second, after so many epochs.
  const PACES = { gathers: (epochs) => Math.max(0.25, 0.4 * epochs), slow: () => 0.03, one: () => 1, ten: () => 10, full: () => 1e6 };
  const START = { lanes: [], momentum: 0.9, spread: raceProblem.spread, seed: 1, epochs: 150, lock: "none", clock: "epochs" };
  const REPEAT = `Was it luck? Repeat with ${nSeeds} seeds`;
  const short = (name) => name.replace("batch size ", "");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const motion = () => (still.matches ? "auto" : "smooth");

  function show(root) {
    const find = (selector) => root.querySelector(selector);
    const act = (name) => find(`[data-do=${name}]`);
    const prediction = find(".race-prediction");
    const challenges = find(".race-challenges ol");
    const { settings: first, refused: wrong } = raceSettings.read(root.dataset.start, START);
    if (wrong.length) throw new RangeError(wrong.join(" "));
    const controls = raceSettings.controls(find(".race-settings"), change);

    let settings = first;
    let group; // the lanes in training
    let goal = 0; // samples to which each lane may go
    let frameAsked = 0; // while it plays
    let [lastFrame, lastDrawn] = [0, 0];
    let ghosts = []; // the lanes of the race before
    let said = null; // what was predicted: names of lanes by question
    let outcomes = null; // of the last finished race, until settings change
    let before = null; // outcomes of the last finished race and what its lanes shared, whatever came after
    let many = null; // outcomes of many seeds, by lane
    let view = null; // of the loss
    const tried = []; // outcomes of all races, with what their lanes shared

    const put = (box, what, text) => { box.querySelector(`[data-show=${what}]`).textContent = text; };
    const say = (...parts) => find(".race-status").replaceChildren(...parts.flatMap((part) => [part, " "]));

    // ---- Play.

    function prepare() {
      stop();
      group = raceLanes.start(settings);
      group.within = raceDrawing.limits(group.problem);
      group.grid = raceDrawing.gridPoints(group.within);
      goal = 0;
      view = null;
      find(".race-slice").hidden = true;
      drawSoon();
    }
    const pace = () => Math.max(PACES[find("[name=pace]").value](goal / nTrain), still.matches ? 1 : 0);
    const flashing = () => pace() < FLASHING && !still.matches;

    function frame(now) {
      const seconds = Math.min(Math.max(now - lastFrame, 0), 100) / 1000; // a hidden page goes on as it was
      lastFrame = now;
      goal = Math.min(settings.epochs * nTrain, goal + seconds * pace() * nTrain);
      group.train(still.matches ? goal - (goal % nTrain) : goal, performance.now() + FRAME);
      goal = Math.min(goal, group.leastSeen() + 2 * nTrain); // what takes too long is not made up for
      if (group.finished()) return finish();
      frameAsked = requestAnimationFrame(frame);
      const due = now - lastDrawn >= REDRAW;
      if (due) lastDrawn = now;
      if (due || flashing()) draw(due);
    }
    function play() {
      if (frameAsked) return pause();
      begin();
      openSettings(false);
      act("play").textContent = "Pause";
      say(...(said ? Object.keys(QUESTIONS).map((question) => result(question)) : [""]));
      lastFrame = performance.now();
      frameAsked = requestAnimationFrame(frame);
    }
    // Whatever trains needs lanes that are not at their end, and nothing else at work.
    function begin() {
      closePrediction();
      stop();
      if (group.finished()) reset();
    }
    function stop() {
      endJob();
      cancelAnimationFrame(frameAsked);
      frameAsked = 0;
      act("play").textContent = "Play";
    }
    function pause() {
      stop();
      tell();
    }
    function byHand(advance) {
      begin();
      advance();
      goal = group.leastSeen();
      if (group.finished()) finish();
      else tell();
    }
    const oneUpdate = () => byHand(() => group.stepAll());
    const oneEpoch = () => byHand(() => group.train((Math.floor(group.leastSeen() / nTrain) + 1) * nTrain));
    function reset() {
      const seen = group.lanes.filter(({ engine }) => engine.epochs > 1);
      if (seen.length) ghosts = seen;
      prepare();
      say("");
    }
    function finish() {
      stop();
      outcomes = group.outcomes();
      tried.push(...outcomes.map((outcome) => ({ ...outcome, shared: shared() })));
      const answers = Object.fromEntries(Object.keys(QUESTIONS).map((question) => [question, raceWords.answer(question, outcomes)]));
      showOutcomes(answers);
      const parts = [
        ...raceWords.failures(outcomes),
        before?.shared === shared() && raceWords.changed(before.outcomes, outcomes),
        ...checkChallenges(),
      ];
      before = { outcomes, shared: shared() };
      find(".race-why").hidden = false;
      draw(true);
      viewLoss();
      say(element("span", "Finished.", { className: "visually-hidden" }), ...Object.entries(answers).map(([question, answer]) => result(question, answer)), element("p", parts.filter(Boolean).join(" ")));
    }
    // What all lanes share.
    const shared = () => ["momentum", "spread", "seed", "epochs"].map((name) => settings[name]).join();
    // A result in short: the question, the winner, and whether that was predicted.
    function result(question, { winners } = {}) {
      const shown = element("span", element("small", QUESTIONS[question].short), { className: "race-result" });
      const name = !winners ? "…" : winners.length ? `${list(winners.map((lane) => short(lane.name)))} (${raceWords.brief(question, winners[0])})` : "nobody";
      shown.append(" ", element("strong", name));
      if (said?.[question]) shown.append(" ", verdict(question, winners, "you said "));
      return shown;
    }
    // Whether a prediction was right; where nobody won, nobody was wrong.
    function verdict(question, winners = [], prefix = "") {
      const guess = said?.[question];
      const right = winners.some(({ name }) => name === guess);
      const shown = element("span", "", { className: right ? "race-right" : "race-wrong" });
      if (guess && !winners.length) shown.append(prefix, short(guess));
      else if (guess) shown.append(element("span", right ? "✓ " : "✗ ", { ariaHidden: "true" }), prefix, short(guess), element("span", right ? ", right" : ", wrong", { className: "visually-hidden" }));
      return shown;
    }
    // Say where the lanes are, and show their ways over the loss.
    function tell() {
      say(raceWords.paused(group.outcomes(), settings.clock));
      draw(true);
      viewLoss();
    }
    function viewLoss() {
      if (!find(".race-map").open) return;
      const { width } = find(".race-map").getBoundingClientRect();
      const columns = Math.max(ROWS, Math.round((ROWS * width) / MAP_HEIGHT));
      inSlices(group.overLoss({ rows: ROWS, columns }), (seen) => {
        view = seen;
        find(".race-slice").hidden = !view;
        drawView();
      });
    }

    // ---- What takes longer than a frame, in slices: one job at a time.

    let job = null;
    function endJob() {
      job?.stop?.();
      job = null;
    }
    function inSlices(steps, atEnd, { onSlice, stop: onStop } = {}) {
      endJob();
      const mine = (job = { stop: onStop });
      const slice = () => {
        if (job !== mine) return;
        let step;
        for (const end = performance.now() + FRAME; !step?.done && performance.now() < end;) step = steps.next();
        if (!step.done) {
          onSlice?.(step.value);
          requestAnimationFrame(slice);
          return;
        }
        endJob();
        atEnd(step.value);
      };
      requestAnimationFrame(slice);
    }
    function repeat() {
      if (act("seeds").dataset.running) {
        endJob();
        say("Stopped.");
        return;
      }
      closePrediction();
      stop();
      const button = act("seeds");
      inSlices(raceLanes.start(settings).repeated(nSeeds), (each) => {
        many = each;
        say(raceWords.medians(many), settings.epochs < last ? `Volatility needs at least ${last} epochs.` : "");
        put(root, "medians", raceWords.medians(many));
        find(".race-cloud").hidden = settings.epochs < last;
        find(".race-cloud").scrollIntoView({ behavior: motion(), block: "nearest" });
        drawCloud();
        const met = checkChallenges();
        if (met.length) find(".race-status").append(" ", ...met);
      }, {
        onSlice: (seed) => {
          button.dataset.running = "yes";
          button.textContent = `Seed ${seed + 1} of ${nSeeds}: stop`;
        },
        stop: () => {
          delete button.dataset.running;
          button.textContent = REPEAT;
        },
      });
    }

    // ---- What came out.

    function showOutcomes(answers) {
      find(".race-outcome tbody").replaceChildren(...Object.entries(QUESTIONS).map(([question, { long }]) => {
        const { winners, text: winner, others, why } = answers[question];
        const row = element("tr");
        row.dataset.question = question;
        const won = element("td", element("strong", winner), { className: "race-won" });
        won.append(element("span", others));
        const guessed = element("td", verdict(question, winners), { className: "race-said" });
        row.append(element("th", long, { scope: "row" }), won, guessed, element("td", why));
        return row;
      }));
      root.classList.toggle("race-unsaid", !said);
      find(".race-outcome").hidden = false;
      const rates = new Set(settings.lanes.map(({ learningRate }) => learningRate));
      put(root, "setting", rates.size > 1 || settings.lanes.length === 1 ? "" : `${settings.lanes.length === 2 ? "Both" : "All"} lanes have a learning rate of ${plain([...rates][0])}. At other learning rates others may win.`);
      const next = raceWords.suggestion(outcomes);
      find(".race-next").hidden = !next;
      if (!next) return;
      find(".race-next span").textContent = next.text;
      act("try").textContent = `Race again with ${plain(next.learningRate)}`;
      act("try").onclick = () => tryNext(next);
    }
    function tryNext({ name, learningRate }) {
      const i = group.lanes.findIndex((lane) => lane.name === name);
      change({ lock: "none", lanes: settings.lanes.map((lane, k) => (k === i ? { ...lane, learningRate } : lane)) });
      again();
    }
    // What has just been met, in words.
    function checkChallenges() {
      if (!challenges) return [];
      const alike = tried.filter((outcome) => outcome.shared === shared());
      const seen = { outcomes: outcomes ?? [], changed: raceSettings.differences(settings, first), tried: alike, many };
      return raceWords.CHALLENGES.map(({ check }, i) => {
        const item = challenges.children[i];
        const answer = item.dataset.done ? null : check(seen);
        if (!answer) return "";
        const [done, text] = answer;
        if (done) item.dataset.done = "yes";
        item.querySelector("output").textContent = done ? `✓ ${text}` : text;
        if (done) return `You met challenge ${i + 1}. ${text}`;
        return find(".race-challenges").open ? `Challenge ${i + 1}: ${text}` : "";
      }).filter(Boolean);
    }

    // ---- Pictures.

    let colors;
    let drawAsked = 0;
    let near = false; // nothing is drawn before the reader comes near
    function drawSoon() {
      if (!near) return;
      cancelAnimationFrame(drawAsked);
      drawAsked = requestAnimationFrame(() => {
        draw(true);
        drawView();
        drawCloud();
      });
    }
    // The lanes; `all` of it, or the samples of their batches alone.
    function draw(all) {
      colors ??= raceDrawing.look(root);
      const { problem, within, lanes, finished } = group;
      const flash = !finished() && (frameAsked ? flashing() : true);
      lanes.forEach((lane, i) => {
        const box = find(".race-lanes").children[i];
        if (all) {
          const { engine } = lane;
          lane.regions = raceDrawing.regionsPicture(engine.diverged ? [] : raceEngine.classesOn(engine.weights, group.shape, group.grid), colors);
          showNumbers(lane, box);
          raceDrawing.key(box.querySelector(".race-key canvas"), { look: lane.look, colors });
          box.style.setProperty("--lane", colors.lanes[lane.look]);
        }
        const batch = flash && lane.engine.updates ? lane.engine.batch() : [];
        raceDrawing.lane(box.querySelector(".race-picture canvas"), { regions: lane.regions, problem, within, batch, colors });
      });
      if (all) drawChart();
    }
    function showNumbers(lane, box) {
      const { epochs, updates, samples, history: { loss, valAccuracy } } = lane.engine;
      const outcome = raceLanes.outcome(lane);
      const shown = {
        epochs: whole(epochs),
        updates: whole(updates),
        samples: whole(samples),
        loss: epochs && !outcome.diverged ? plain(Number(loss.at(-1).toFixed(3))) : "–",
        accuracy: epochs && !outcome.diverged ? raceWords.percent(valAccuracy.at(-1)) : "–",
        volatility: Number.isNaN(outcome.volatility) ? "–" : points(outcome.volatility),
        news: raceWords.news(outcome, { epoch: Math.ceil(samples / nTrain), done: group.isDone(lane) }) || collecting(lane),
      };
      for (const [what, text] of Object.entries(shown)) put(box, what, text);
      box.querySelector(".race-picture canvas").ariaLabel = `The regions that ${lane.name} gives to the three classes, over the training samples, after ${time("epochs", epochs)}.`;
    }
    // How far a large batch is at a slow speed.
    function collecting(lane) {
      const n = group.nextBatch(lane);
      if (!frameAsked || !flashing() || n < MANY || group.isDone(lane)) return "";
      return `Collects its batch: ${Math.min(n, Math.max(0, Math.floor(goal - lane.engine.samples)))} of ${n}`;
    }
    function line({ name, engine, setting, look }) {
      const accuracy = engine.history.valAccuracy;
      const clock = accuracy.map((_, i) => clockAt(settings.clock, setting.batchSize, i + 1));
      return { name: short(name), clock, accuracy, look, reached: raceEngine.epochsTo(accuracy, target, hold) - 1 };
    }
    function drawChart() {
      const ends = group.lanes.flatMap(({ setting: { batchSize } }) => [1, settings.epochs].map((epoch) => clockAt(settings.clock, batchSize, epoch)));
      const x = [Math.min(...ends), Math.max(...ends)];
      const canvas = find(".race-chart canvas");
      find(".race-ghosts").hidden = !ghosts.length;
      raceDrawing.chart(canvas, { lines: group.lanes.map(line), ghosts: ghosts.map(line), running: !group.finished(), xTitle: TITLES[settings.clock], x, target, colors });
      canvas.ariaLabel = `Test accuracy of the lanes against ${TITLES[settings.clock]}. ${raceWords.paused(group.outcomes(), settings.clock)}`;
    }
    function drawView() {
      if (!view) return;
      const canvas = find(".race-slice canvas");
      raceDrawing.slice(canvas, { ...view, colors });
      canvas.ariaLabel = `The ways of ${list(view.ways.map(({ name }) => name))} over the training loss, from one start to their ends.`;
    }
    function drawCloud() {
      if (!many) return;
      const clouds = many.map(({ name, look, runs }) => {
        const pairs = runs.filter(({ diverged }) => !diverged).map(({ reached, volatility }) => [reached[settings.clock], 100 * volatility]);
        return { name: short(name), look, runs: pairs, median: [0, 1].map((k) => raceEngine.median(pairs.map((pair) => pair[k]))) };
      }).filter(({ runs }) => runs.length);
      const canvas = find(".race-cloud canvas");
      raceDrawing.cloud(canvas, { clouds, xTitle: `${TITLES[settings.clock]} to ${TARGET}`, colors });
      canvas.ariaLabel = raceWords.medians(many);
    }

    // ---- What the reader touches.

    function closePrediction() {
      if (prediction) prediction.hidden = true;
      find(".race-bar").hidden = false;
    }
    function toTheRace() {
      find(".race-bar").scrollIntoView({ behavior: motion() });
      act("play").focus({ preventScroll: true });
    }
    function again() {
      toTheRace();
      if (!frameAsked) play();
    }
    function predict(event) {
      event.preventDefault();
      said = Object.fromEntries([...new FormData(prediction)].map(([question, lane]) => [question, group.lanes[lane].name]));
      skip();
    }
    function skip() {
      closePrediction();
      again();
    }
    function openSettings(open) {
      find(".race-settings").hidden = !open;
      act("settings").ariaExpanded = String(open);
    }
    const share = () => history.replaceState(null, "", `#${raceSettings.address(settings)}`);
    async function link() {
      share();
      try {
        await navigator.clipboard.writeText(location.href);
        say("The link is copied.");
      } catch {
        say("The link stands in the address bar."); // this browser keeps the clipboard to itself
      }
    }
    function change(changes) {
      settings = { ...settings, ...changes };
      share();
      take();
      reset();
      say("New settings. Press Play.");
    }
    // Show other settings; what came out before belongs to the settings before.
    function take() {
      [said, outcomes, many] = [null, null, null];
      for (const place of [".race-outcome", ".race-why", ".race-cloud"]) find(place).hidden = true;
      for (const item of challenges?.children ?? []) {
        if (!item.dataset.done) item.querySelector("output").textContent = "";
      }
      root.ariaLabel = `Race: ${list(raceLanes.names(settings.lanes))}`;
      controls.show(settings);
      for (const clock of root.querySelectorAll(".race-clock input")) clock.checked = clock.value === settings.clock;
      const { momentum, spread, seed, epochs } = settings;
      const own = ["momentum", "spread", "seed", "epochs"].every((name) => settings[name] === first[name]);
      put(root, "shared", own ? "" : `Momentum ${plain(momentum)}, spread of the classes ${plain(spread)}, seed ${seed}, ${time("epochs", epochs)}.`);
      const boxes = find(".race-lanes");
      while (boxes.children.length > settings.lanes.length) boxes.lastElementChild.remove();
      while (boxes.children.length < settings.lanes.length) boxes.append(boxes.firstElementChild.cloneNode(true));
      raceLanes.names(settings.lanes).forEach((name, i) => {
        const { learningRate, optimizer } = settings.lanes[i];
        put(boxes.children[i], "name", short(name));
        put(boxes.children[i], "rate", `${optimizer}${optimizer === "SGD" ? `, momentum ${plain(settings.momentum)}` : ""}, learning rate ${plain(learningRate)}`);
      });
      for (const fields of prediction?.querySelectorAll("fieldset") ?? []) showAnswers(fields);
    }
    // The answers to a question of the prediction: the lanes.
    function showAnswers(fields) {
      const answers = () => fields.querySelectorAll("label");
      while (answers().length > settings.lanes.length) answers()[answers().length - 1].remove();
      while (answers().length < settings.lanes.length) {
        const answer = answers()[0].cloneNode(true);
        answer.querySelector("input").checked = false;
        fields.append(answer);
      }
      raceLanes.names(settings.lanes).forEach((name, i) => {
        const answer = answers()[i];
        answer.querySelector("input").value = i;
        answer.querySelector("span").textContent = short(name);
      });
    }
    const isLinked = () => location.hash.startsWith("#lanes=");
    function fromAddress() {
      const { settings: found, refused } = raceSettings.read(isLinked() ? location.hash.slice(1) : "", first);
      settings = found;
      take();
      ghosts = [];
      prepare();
      say("");
      if (refused.length) say(`${refused.join(" ")} The race has its own settings instead.`);
    }
    function start() {
      fromAddress();
      addEventListener("hashchange", () => {
        if (isLinked()) fromAddress();
      });
      challenges?.replaceChildren(...raceWords.CHALLENGES.map(({ text }) => {
        const item = element("li", text);
        item.append(element("output"));
        return item;
      }));
      const why = () => {
        find(".race-outcome").scrollIntoView({ behavior: motion() });
        find(".race-outcome").focus({ preventScroll: true });
      };
      const actions = { play, why, update: oneUpdate, epoch: oneEpoch, reset, start: again, settings: () => openSettings(find(".race-settings").hidden), seeds: repeat, link, ...(prediction && { skip }) };
      for (const answer of root.querySelectorAll(".race-answers button")) {
        answer.disabled = false;
        answer.onclick = () => {
          change(raceSettings.read(answer.value, settings).settings);
          again();
        };
      }
      for (const [name, does] of Object.entries(actions)) Object.assign(act(name), { onclick: does, disabled: false });
      if (prediction) {
        prediction.onsubmit = predict;
        prediction.querySelector("[type=submit]").disabled = false;
      }
      find(".race-map").ontoggle = () => {
        if (!frameAsked && !act("seeds").dataset.running && group.lanes.some(({ engine }) => engine.updates)) viewLoss();
      };
      for (const clock of root.querySelectorAll(".race-clock input")) {
        clock.oninput = () => {
          settings = { ...settings, clock: clock.value };
          share();
          if (!frameAsked && !group.finished() && group.lanes.some(({ engine }) => engine.epochs)) tell();
          drawSoon();
        };
      }
      new IntersectionObserver((sights, observer) => {
        near = sights.some(({ isIntersecting }) => isIntersecting);
        if (!near) return;
        observer.disconnect();
        new ResizeObserver(drawSoon).observe(root); // which at once reports the first size
      }).observe(find(".race-lanes"));
      new MutationObserver(() => {
        colors = undefined;
        drawSoon();
      }).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    }
    start();
  }
  return { show };
})();
document.querySelectorAll(".race").forEach(race.show);
