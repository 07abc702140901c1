// What came out of a race, in words. Outcomes are those of `raceLanes.outcome`.
const raceWords = (() => {
  "use strict";
  const { costs, nSeeds, nTrain } = raceProblem;
  const TARGET = `${100 * raceProblem.target}\u00a0%`;
  const CLOCKS = ["epochs", "updates", ...(costs ? ["seconds"] : [])];
  const UNITS = { epochs: ["epoch", "epochs"], updates: ["update", "updates"], seconds: ["s", "s"] };
  const STABLE = 0.025; // volatility that the second challenge asks for
  const FACTOR = 4; // between the batch sizes that the fourth challenge asks for

  const plain = (value) =>
    Math.abs(value) >= 1e6 ? value.toExponential(1) : Number(value.toPrecision(4)).toLocaleString("en-GB", { maximumSignificantDigits: 4 });
  const whole = (value) => value.toLocaleString("en-GB");
  const points = (share) => (100 * share).toFixed(1);
  const percent = (share) => `${(100 * share).toFixed(1)}\u00a0%`;
  const capital = (text) => text[0].toUpperCase() + text.slice(1);
  function time(clock, value) {
    if (value === Infinity) return "never";
    return `${clock === "seconds" ? value.toFixed(2) : whole(value)} ${UNITS[clock][value === 1 ? 0 : 1]}`;
  }
  const times = (reached) => CLOCKS.map((clock) => time(clock, reached[clock])).join(", ");
  const samples = (n) => (n === 1 ? "1 sample" : `${whole(n)} samples`);
  const list = (parts) => (parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`);

  // ---- Who won. Only lanes that reach the target compete, also for the steadiest.

  function value(question, { reached, volatility }) {
    if (question !== "steady") return reached[question];
    return reached.epochs === Infinity || Number.isNaN(volatility) ? Infinity : volatility;
  }
  function shown(question, { diverged, reached, stuck, volatility }) {
    if (question !== "steady") return time(question, reached[question]);
    if (diverged || stuck) return diverged ? "diverged" : "stuck";
    return Number.isNaN(volatility) ? "too few epochs" : `${points(volatility)} points`;
  }
  const brief = (question, outcome) => (CLOCKS.slice(0, 2).includes(question) ? whole(outcome.reached[question]) : shown(question, outcome));
  function winners(question, outcomes) {
    const least = Math.min(...outcomes.map((outcome) => value(question, outcome)));
    return outcomes.filter((outcome) => value(question, outcome) === least && least < Infinity);
  }

  // ---- Why one lane won over the next best.

  // The noise in a step of SGD grows with learning rate over batch size; the full batch has none.
  const noise = ({ batchSize, learningRate }) => (batchSize === nTrain ? 0 : learningRate / batchSize);
  const alike = (a, b) => Math.abs(a - b) <= 1e-3 * Math.max(a, b); // a locked learning rate is rounded
  const REASONS = {
    epochs(winner, second) {
      if (second.touched < winner.reached.epochs) {
        return `${capital(second.name)} was there in epoch ${second.touched}, but its ${noise(second) ? "noise" : "momentum"} took it below the target again.`;
      }
      if (second.batchSize !== winner.batchSize && alike(noise(winner), noise(second))) {
        const [small, large] = [winner, second].sort((a, b) => a.batchSize - b.batchSize);
        const ratio = plain(large.batchSize / small.batchSize);
        return `${capital(large.name)} makes fewer updates by a factor of ${ratio}, and each is ${ratio} times as long: neither should be faster. Repeat it with ${nSeeds} seeds.`;
      }
      if (second.updatesPerEpoch < winner.updatesPerEpoch) {
        return `${capital(winner.name)} makes ${whole(winner.updatesPerEpoch)} updates in an epoch, ${second.name} only ${second.updatesPerEpoch === 1 ? "one" : whole(second.updatesPerEpoch)}.`;
      }
      if (second.updatesPerEpoch === winner.updatesPerEpoch) {
        const rates = `learning rate ${plain(winner.learningRate)} against ${plain(second.learningRate)}`;
        return `Both make ${winner.updatesPerEpoch === 1 ? "one update" : `${whole(winner.updatesPerEpoch)} updates`} in an epoch${winner.learningRate === second.learningRate ? "" : `; it is ${rates}`}.`;
      }
      return winner.learningRate > second.learningRate
        ? `It makes fewer updates in an epoch than ${second.name}, but longer ones: learning rate ${plain(winner.learningRate)} against ${plain(second.learningRate)}.`
        : `It makes fewer updates in an epoch than ${second.name}, and they follow less noise.`;
    },
    updates(winner, second) {
      if (second.batchSize < winner.batchSize) {
        const longer = alike(noise(winner), noise(second)) ? ` and is ${plain(winner.batchSize / second.batchSize)} times as long` : "";
        return `An update of ${winner.name} averages ${samples(winner.batchSize)} instead of ${second.batchSize}${longer}, so it goes further. But it costs more samples, too.`;
      }
      if (winner.learningRate > second.learningRate) return `An update of ${winner.name} is longer: learning rate ${plain(winner.learningRate)} against ${plain(second.learningRate)}.`;
      return `It may be luck. Repeat it with ${nSeeds} seeds.`;
    },
    steady(winner, second) {
      if (points(winner.volatility) === points(second.volatility)) return `Too close to call from one seed. Repeat it with ${nSeeds}.`;
      if (noise(second) === 0) return `The full batch has no noise, but at this learning rate and momentum it still swings.`;
      if (alike(noise(winner), noise(second))) return `Learning rate over batch size is equal, so neither should be steadier. Repeat it with ${nSeeds} seeds.`;
      if (winner.learningRate === second.learningRate && second.batchSize < winner.batchSize) {
        return `An update of ${winner.name} averages ${samples(winner.batchSize)} instead of ${second.batchSize}, and the more samples it averages, the less it depends on which ones they are.`;
      }
      return noise(winner) < noise(second)
        ? `For the size of its batch, ${winner.name} takes the shorter steps (learning rate over batch size), so there is less noise in them.`
        : `It may be luck. Repeat it with ${nSeeds} seeds.`;
    },
  };
  function reason(question, winner, second) {
    if (winner.optimizer !== second.optimizer) return "They differ in the optimizer, too, so one race cannot say what did it.";
    return REASONS[question](winner, second);
  }
  function seconds(outcomes) {
    const takes = outcomes.filter(({ reached }) => reached.epochs < Infinity)
      .map(({ name, reached }) => `${name} makes ${whole(reached.updates)} updates with ${whole(reached.epochs * nTrain)} samples, ${time("seconds", reached.seconds)}`);
    return `Few updates save overhead, few samples save arithmetic. In Keras's fit it comes to ${costs.update.toFixed(2)} ms for an update and ${costs.sample.toFixed(4)} ms for each sample: ${takes.join("; ")}.`;
  }
  // Why a lane does not reach the target, where another does.
  function failure({ name, batchSize, learningRate, epochs, diverged, stuck, noisy, reached, touched }, winner) {
    if (reached.epochs < Infinity) return "";
    if (diverged) return `${capital(name)} diverged: learning rate ${plain(learningRate)} is too large for it.`;
    if (stuck) return `${capital(name)} is stuck: learning rate ${plain(learningRate)} has pushed its weights so far that the gradient is zero.`;
    if (!noisy) return `${capital(name)} has not got there in ${time("epochs", epochs)}: at learning rate ${plain(learningRate)} its steps are short.`;
    if (touched < Infinity) return `${capital(name)} was there in epoch ${touched}, but at learning rate ${plain(learningRate)} its ${noise({ batchSize, learningRate }) ? "noise" : "momentum"} took it away again.`;
    return batchSize < winner.batchSize
      ? `${capital(name)} makes more updates still, but at learning rate ${plain(learningRate)} their noise keeps it from settling.`
      : `${capital(name)} does not settle at learning rate ${plain(learningRate)}.`;
  }
  // The answer to a question: the winners, who they are and what the others took, and why.
  function answer(question, outcomes) {
    const won = winners(question, outcomes);
    const rest = outcomes.filter((outcome) => !won.includes(outcome));
    const others = rest.map((outcome) => `${outcome.name}: ${shown(question, outcome)}`).join("; ");
    if (!won.length) return { winners: won, text: "nobody", others, why: "" };
    // The next best; for the steadiest, among all lanes that have a volatility.
    const of = question === "steady" ? ({ diverged, stuck, volatility }) => (diverged || stuck ? NaN : volatility) : ({ reached }) => reached[question];
    const [second] = rest.filter((outcome) => Number.isFinite(of(outcome))).sort((a, b) => of(a) - of(b));
    let why = "";
    if (question === "seconds") why = seconds(outcomes);
    else if (won.length > 1) why = "A tie.";
    else if (second) why = reason(question, won[0], second);
    else if (rest.length) why = "No other lane got there.";
    if (question === "epochs") why = [why, ...rest.map((outcome) => failure(outcome, won[0]))].filter(Boolean).join(" ");
    return { winners: won, text: `${list(won.map(({ name }) => name))}: ${shown(question, won[0])}`, others, why };
  }

  // ---- What is said when a race pauses, ends, or has been changed.

  // What is new of a lane in an epoch.
  function news({ diverged, stuck, reached }, { epoch, done }) {
    if (diverged) return `Diverged in epoch ${whole(epoch)}: its loss is no longer a number.`;
    if (stuck) return "Stuck: its accuracy no longer changes.";
    if (reached.epochs < Infinity) return `${TARGET} after ${times(reached)}`;
    return done ? `Never stayed at ${TARGET}.` : "";
  }
  function paused(outcomes, clock) {
    const lanes = outcomes.map(({ name, diverged, reached }) => {
      if (diverged) return `${name} has diverged`;
      return reached[clock] === Infinity ? `${name} has not reached ${TARGET} yet` : `${name} reached ${TARGET} after ${time(clock, reached[clock])}`;
    });
    return `${capital(lanes.join("; "))}.`;
  }
  // What is to be said of lanes that came to nothing.
  function failures(outcomes) {
    if (outcomes.every(({ reached }) => reached.epochs === Infinity)) return [`No lane reaches and keeps ${TARGET}.`];
    return outcomes.filter(({ diverged, stuck }) => diverged || stuck)
      .map(({ name, diverged }) => `${capital(name)} ${diverged ? "diverged" : "is stuck"}.`);
  }
  // What has become of the one lane that was changed since the race before, or nothing.
  function changed(before, after) {
    if (before.length !== after.length) return "";
    const names = ["batchSize", "learningRate", "optimizer"];
    const pairs = after.map((is, i) => [before[i], is]).filter(([was, is]) => names.some((name) => was[name] !== is[name]));
    if (pairs.length !== 1) return "";
    const [[was, is]] = pairs;
    const speed = `${shown("epochs", is)} (before: ${shown("epochs", was)})`;
    const measured = [was, is].every(({ volatility }) => !Number.isNaN(volatility));
    const stability = measured ? `; volatility ${points(is.volatility)} points (before: ${points(was.volatility)})` : "";
    return `${capital(is.name)} with ${is.optimizer} at ${plain(is.learningRate)} reaches ${TARGET}: ${speed}${stability}.`;
  }
  // What to try next: the smallest batch that noise keeps from the target, at a tenth of its rate.
  function suggestion(outcomes) {
    const [lane] = outcomes.filter(({ noisy, reached }) => noisy && reached.epochs === Infinity).sort((a, b) => a.batchSize - b.batchSize);
    if (!lane || outcomes.every(({ reached }) => reached.epochs === Infinity)) return null;
    const { name, learningRate } = lane;
    const tenth = Number((learningRate / 10).toPrecision(4));
    return { name, learningRate: tenth, text: `${capital(name)} can do it, too: learning rate ${plain(learningRate)} is too large for it. Try a tenth, in this lane alone.` };
  }
  // The medians of many seeds.
  function medians(many) {
    const lanes = many.map(({ name, runs }) => {
      const stayed = runs.filter(({ diverged }) => !diverged);
      const lost = runs.length - stayed.length;
      if (lost > runs.length / 2) return `${name} diverges (${lost} of ${runs.length})`;
      const reached = Object.fromEntries(CLOCKS.map((clock) => [clock, raceEngine.median(runs.map((run) => run.reached[clock]))]));
      const speed = reached.epochs === Infinity ? `does not keep ${TARGET}` : `reaches ${TARGET} after ${times(reached)}`;
      const volatility = raceEngine.median(stayed.map((run) => run.volatility));
      return `${name} ${speed}${Number.isNaN(volatility) ? "" : `, volatility ${points(volatility)} points`}${lost ? ` (${lost} diverged)` : ""}`;
    });
    const pair = many.length === 2 && many.every(({ runs }) => runs.some(({ reached }) => reached.epochs < Infinity));
    return `Medians of ${many[0].runs.length} seeds: ${lanes.join("; ")}.${pair ? ` ${capital(compared(many).text)}.` : ""}`;
  }

  // What many seeds say of two lanes: in how many the one is ahead of the other.
  function compared([a, b]) {
    const n = a.runs.length;
    const sooner = wins(a.runs, b.runs, ({ reached }) => reached.epochs);
    const steadier = wins(a.runs, b.runs, ({ diverged, volatility }) => (diverged ? Infinity : volatility));
    const same = [even(sooner, n), even(steadier, n)];
    const verdict = same.every(Boolean) ? "no difference in either" : !same.includes(true) ? "a difference in both" : `a difference in ${same[0] ? "stability" : "speed"} alone`;
    return { same: same.every(Boolean), text: `${a.name} needs fewer epochs than ${b.name} in ${sooner} of ${n} seeds, and is steadier in ${steadier}: ${verdict}` };
  }

  // ---- Challenges. Each looks at the last race, at all of them, or at many seeds, and returns
  // whether it is met and a sentence, or null if there is nothing to look at.

  const CHALLENGES = [
    {
      text: `Make batch size ${nTrain}, the full batch, win on the clock of epochs.`,
      check({ outcomes }) {
        const full = outcomes.find(({ batchSize }) => batchSize === nTrain);
        if (!full || outcomes.length < 2) return null;
        const won = winners("epochs", outcomes);
        if (won.length === 1 && won[0] === full) return [true, `It wins, at learning rate ${plain(full.learningRate)}. Do the others still run at their best?`];
        return [false, won.length ? `Not yet: the winner is ${list(won.map(({ name }) => name))}.` : "Not yet: no lane gets there."];
      },
    },
    {
      text: `Make batch size 1 stable with one slider that is not its learning rate: volatility below ${points(STABLE)} points, and the target kept.`,
      check({ outcomes, changed: differing }) {
        const one = outcomes.find(({ batchSize }) => batchSize === 1);
        if (!one) return null;
        if (one.diverged) return [false, "Not yet: it diverged."];
        if (Number.isNaN(one.volatility)) return null;
        if (one.volatility >= STABLE) return [false, `Not yet: its volatility is ${points(one.volatility)} points.`];
        if (!one.kept) return [false, "Not yet: it is stable, but does not keep the target."];
        if (differing.includes("spread")) return [false, "Not yet: that made the problem easier, not the steps shorter."];
        if (differing.join() !== "momentum") return [false, "Not yet: it is stable, but another slider alone can do it, too."];
        return [true, "With less momentum a gradient counts fewer times over, so the steps are shorter, as at a smaller learning rate."];
      },
    },
    {
      text: "Find the largest learning rate at which batch size 32 (with SGD) keeps the target, so that the next step of the slider fails.",
      check({ tried }) {
        const lanes = tried.filter(({ batchSize, optimizer }) => batchSize === 32 && optimizer === "SGD");
        if (!lanes.length) return null;
        const keeps = Math.max(0, ...lanes.filter(({ kept }) => kept).map(({ learningRate }) => learningRate));
        const fails = Math.min(...lanes.filter(({ kept, learningRate }) => !kept && learningRate > keeps).map(({ learningRate }) => learningRate));
        if (fails === Infinity) return [false, `It keeps the target at ${plain(keeps)}. Try a larger one.`];
        if (keeps === 0) return [false, `It does not keep the target at ${plain(fails)}. Try another.`];
        if (fails / keeps > 2.01) return [false, `It keeps the target at ${plain(keeps)}, not at ${plain(fails)}. Come closer.`];
        return [true, `It keeps the target at ${plain(keeps)}, not at ${plain(fails)}, from this seed.`];
      },
    },
    {
      text: `Make two lanes, one batch at least ${FACTOR} times as large as the other, between which ${nSeeds} seeds show no difference, neither in speed nor in volatility. Equal learning rate over batch size is a start.`,
      check({ many }) {
        if (!many) return null;
        const able = many.filter(({ runs }) => runs.filter(({ kept }) => kept).length > runs.length / 2).sort((a, b) => a.batchSize - b.batchSize);
        const pairs = able.flatMap((a, i) => able.slice(i + 1).filter((b) => b.batchSize >= FACTOR * a.batchSize).map((b) => [a, b]));
        if (!pairs.length) return [false, `Not yet: it takes two lanes that keep the target, one batch at least ${FACTOR} times as large as the other.`];
        const verdicts = pairs.map(compared);
        const { same, text } = verdicts.find((verdict) => verdict.same) ?? verdicts[0];
        return same ? [true, `${capital(text)}, which does not prove that there is none.`] : [false, `Not yet: ${text}.`];
      },
    },
  ];
  // In how many seeds `a` is below `b`; a tie counts half.
  function wins(a, b, of) {
    return a.reduce((sum, run, i) => sum + (of(run) < of(b[i]) ? 1 : of(run) === of(b[i]) ? 0.5 : 0), 0);
  }
  // Whether a coin may do it: the sign test at 5 %, by the normal distribution.
  const even = (count, n) => Math.abs(count - n / 2) <= 1.96 * Math.sqrt(n) / 2;

  return { CHALLENGES, CLOCKS, TARGET, answer, brief, changed, failures, list, medians, news, paused, percent, plain, points, suggestion, time, whole };
})();
