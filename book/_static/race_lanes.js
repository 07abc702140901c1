// The lanes of a race: one network, trained from one start on the same data with several settings.
const raceLanes = (() => {
  "use strict";
  const { centers, costs, hold, labels, last, nHidden, nTrain, target } = raceProblem;
  const STILL = 1e-6; // volatility, and change of the loss as a share, of a lane that is stuck
  const NOISY = 0.02; // volatility of a lane that does not settle
  const ORDERS = 1e6; // added to a seed for the orders, so that they are not drawn as the weights are
  const PLACES = 40; // along a lane, of which weights are kept
  const { CLOCKS, whole } = raceWords;
  const normals = new Float32Array(Uint8Array.from(atob(raceProblem.normals), (char) => char.charCodeAt(0)).buffer);

  // The names of lanes; those of equal batch size have letters.
  function names(settings) {
    return settings.map(({ batchSize }, i) => {
      const equal = settings.map((other, k) => (other.batchSize === batchSize ? k : -1)).filter((k) => k >= 0);
      return `batch size ${whole(batchSize)}${equal.length > 1 ? ` ${"abcd"[equal.indexOf(i)]}` : ""}`;
    });
  }
  // Looks by number: 0, 1 and 2 are those of the flavours in the figures of the book, stochastic,
  // minibatch and batch; further lanes have others.
  function looks(settings) {
    const free = [[0], [1], [2]];
    let other = 3;
    return settings.map(({ batchSize }) => free[batchSize === 1 ? 0 : batchSize === nTrain ? 2 : 1].pop() ?? other++);
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
    const { loss, valAccuracy } = engine.history;
    const epochs = engine.diverged ? Infinity : raceEngine.epochsTo(valAccuracy, target, hold);
    const volatility = engine.diverged ? NaN : raceEngine.volatility(valAccuracy, last);
    const change = Math.abs(loss.at(-1) - loss.at(-last)) / loss.at(-1);
    const stuck = epochs === Infinity && volatility < STILL && change < STILL;
    return {
      name,
      ...setting,
      epochs: engine.epochs,
      diverged: engine.diverged,
      updatesPerEpoch: Math.ceil(nTrain / setting.batchSize),
      reached: Object.fromEntries(CLOCKS.map((clock) => [clock, clockAt(clock, setting.batchSize, epochs)])),
      touched: valAccuracy.findIndex((accuracy) => accuracy >= target) + 1 || Infinity, // first epoch there, kept or not
      volatility,
      stuck,
      noisy: engine.diverged || stuck || volatility > NOISY,
      // Reached, and still there at the end, by the median of the last epochs.
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
      return raceEngine.lane({ problem, nHidden, weights, momentum, seed: ofSeed + ORDERS, ...setting });
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
      let slowest = null;
      for (const lane of lanes) {
        if (isDone(lane) || lane.engine.samples + nextBatch(lane) > goal) continue;
        if (!slowest || lane.engine.samples < slowest.engine.samples) slowest = lane;
      }
      return slowest;
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
      const repeats = lanes.map(({ name: of, look: as, setting }) => ({ name: of, look: as, ...setting, setting, runs: [] }));
      for (let k = 0; k < n; k += 1) {
        for (const lane of repeats) {
          const engine = engineOf(lane.setting, seed + k);
          while (!isDone({ engine })) {
            engine.epoch();
            yield k;
          }
          lane.runs.push(outcome({ ...lane, engine }));
        }
      }
      return repeats;
    }
    return {
      problem, shape, lanes, isDone, nextBatch, overLoss, repeated, train,
      stepAll: () => running().forEach(step),
      finished: () => running().length === 0,
      leastSeen: () => Math.min(...running().map(({ engine }) => engine.samples)), // Infinity at the end
      outcomes: () => lanes.map(outcome),
    };
  }
  return { clockAt, names, outcome, start };
})();
