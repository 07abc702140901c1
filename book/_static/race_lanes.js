// The lanes of a race: one network, trained from one start on the same data with several settings.
const raceLanes = (() => {
  "use strict";
  const { centers, costs, hold, labels, last, nHidden, nTrain, target } = raceProblem;
  const CLOCKS = ["epochs", "updates", ...(costs ? ["seconds"] : [])];
  const STILL = 1e-9; // volatility below which an accuracy does not change at all
  const PLACES = 40; // along a lane, of which weights are kept
  const { plain, whole } = raceWords;
  const normals = new Float32Array(Uint8Array.from(atob(raceProblem.normals), (char) => char.charCodeAt(0)).buffer);

  // Names that tell lanes of equal batch size apart.
  function names(settings) {
    const named = settings.map(({ batchSize, learningRate, optimizer }) => {
      const others = settings.filter((other) => other.batchSize === batchSize);
      const parts = [
        others.some((other) => other.learningRate !== learningRate) && `learning rate ${plain(learningRate)}`,
        others.some((other) => other.optimizer !== optimizer) && optimizer,
      ].filter(Boolean);
      return `batch size ${whole(batchSize)}${parts.length ? ` (${parts.join(", ")})` : ""}`;
    });
    return named.map((name, i) => (named.indexOf(name) === named.lastIndexOf(name) ? name : `${name}, lane ${i + 1}`));
  }
  // Colours and dashes by number: those of the flavours in the figures of the book, where free.
  function looks(settings) {
    const taken = [];
    return settings.map(({ batchSize }) => {
      const flavour = batchSize === 1 ? 0 : batchSize === nTrain ? 2 : 1;
      const look = [flavour, 3, 1, 0, 2].find((each) => !taken.includes(each));
      taken.push(look);
      return look;
    });
  }
  // Epochs after which weights are kept, evenly on a logarithmic axis.
  function places(epochs) {
    return new Set(Array.from({ length: PLACES }, (_, i) => Math.round(epochs ** (i / (PLACES - 1)))));
  }
  // What a clock shows at a batch size after so many epochs.
  function clockAt(clock, batchSize, epochs) {
    if (clock === "epochs") return epochs;
    const updates = epochs * Math.ceil(nTrain / batchSize);
    return clock === "updates" ? updates : (updates * costs.update + epochs * nTrain * costs.sample) / 1000;
  }
  // What a lane has come to: `reached` is Infinity by each clock for never, `volatility` NaN after too
  // few epochs.
  function outcome({ name, setting, engine }) {
    const { valAccuracy } = engine.history;
    const epochs = engine.diverged ? Infinity : raceEngine.epochsTo(valAccuracy, target, hold);
    const volatility = engine.diverged ? NaN : raceEngine.volatility(valAccuracy, last);
    return {
      name,
      ...setting,
      diverged: engine.diverged,
      updatesPerEpoch: Math.ceil(nTrain / setting.batchSize),
      reached: Object.fromEntries(CLOCKS.map((clock) => [clock, clockAt(clock, setting.batchSize, epochs)])),
      touched: valAccuracy.findIndex((accuracy) => accuracy >= target) + 1 || Infinity, // first epoch there, kept or not
      volatility,
      stuck: epochs === Infinity && volatility < STILL, // a calm that is no merit
      // Reached, and at the end still at the target, by the median of the last epochs.
      kept: epochs < Infinity && raceEngine.median(valAccuracy.slice(-last)) >= target,
    };
  }

  // Lanes at their start.
  function start({ lanes: settings, momentum, spread, seed, epochs }) {
    const problem = raceEngine.blobs({ normals, centers, labels: Uint8Array.from(labels), nTrain }, spread);
    const shape = { nFeatures: problem.nFeatures, nHidden, nClasses: problem.nClasses };
    const keep = places(epochs);
    const [name, look] = [names(settings), looks(settings)];

    function engineOf(setting, ofSeed) {
      const weights = raceEngine.initialWeights(shape, ofSeed);
      return raceEngine.lane({ problem, nHidden, weights, momentum, seed: ofSeed, ...setting });
    }
    const lanes = settings.map((setting, i) => {
      const engine = engineOf(setting, seed);
      return { name: name[i], look: look[i], setting, engine, weights: [engine.weights.slice()] };
    });
    const isDone = ({ engine }) => engine.diverged || engine.epochs >= epochs;
    const running = () => lanes.filter((lane) => !isDone(lane));
    function step({ engine, weights }) {
      const before = engine.epochs;
      engine.update();
      if (engine.epochs > before && keep.has(engine.epochs)) weights.push(engine.weights.slice());
    }
    const nextBatch = ({ engine, setting }) => Math.min(setting.batchSize, nTrain - (engine.samples % nTrain));
    // The lane that has seen the fewest samples and may see more, or null.
    function behind(goal) {
      let found = null;
      for (const lane of lanes) {
        if (isDone(lane) || lane.engine.samples + nextBatch(lane) > goal) continue;
        if (!found || lane.engine.samples < found.engine.samples) found = lane;
      }
      return found;
    }
    // Train until each lane has seen so many samples, or the time is up.
    function train(goal, until = Infinity) {
      for (let lane = behind(goal); lane && performance.now() < until; lane = behind(goal)) step(lane);
    }
    // The loss in the plane through the start and the two best ends, and the way of each lane there,
    // in steps. A lane that leaves the plane is where it comes closest to it.
    function* overLoss({ rows, columns }) {
      const lossOf = (at) => raceEngine.evaluate(at, shape, problem.x, problem.labels).loss;
      const ways = lanes.filter(({ engine }) => !engine.diverged && engine.updates).map((lane) => {
        const end = lane.engine.weights.slice();
        return { ...lane, end, loss: lossOf(end) };
      });
      if (!ways.length) return null;
      const best = [...ways].sort((a, b) => a.loss - b.loss);
      const origin = lanes[0].weights[0];
      const anywhere = [0, 1].map((i) => origin.map((value, k) => value + (i === k)));
      const plane = raceSlice.plane(origin, [...best.map(({ end }) => end), ...best[0].weights, ...anywhere]);
      for (const way of ways) way.places = [...way.weights, way.end].map((at) => raceSlice.place(plane, at));
      const within = raceSlice.around(ways.flatMap(({ places: all }) => all), columns / rows);
      const grid = yield* raceSlice.losses(plane, within, { rows, columns }, lossOf);
      return { grid, columns, within, ways, start: lossOf(origin) };
    }
    // The same race from n seeds, in steps: outcomes by lane.
    function* repeated(n) {
      const each = lanes.map(({ name: of, look: as, setting }) => ({ name: of, look: as, setting, ...setting, runs: [] }));
      for (let k = 0; k < n; k += 1) {
        for (const lane of each) {
          const engine = engineOf(lane.setting, seed + k);
          while (!isDone({ engine })) {
            engine.epoch();
            yield k;
          }
          lane.runs.push(outcome({ ...lane, engine }));
        }
      }
      return each;
    }
    return {
      problem, shape, lanes, isDone, overLoss, repeated, train,
      stepAll: () => running().forEach(step),
      finished: () => running().length === 0,
      leastSeen: () => Math.min(...running().map(({ engine }) => engine.samples)), // Infinity at the end
      outcomes: () => lanes.map(outcome),
    };
  }
  return { CLOCKS, clockAt, names, outcome, start };
})();
