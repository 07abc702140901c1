// What came out of a race, in words. Outcomes are those of `raceLanes.outcome`.
const raceWords = (() => {
  "use strict";
  const UNITS = { epochs: ["epoch", "epochs"], updates: ["update", "updates"], seconds: ["s", "s"] };

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
  const samples = (n) => (n === 1 ? "1 sample" : `${whole(n)} samples`);
  // One after the other, as people say it.
  const list = (parts) => (parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`);
  const bySeveral = (clocks, of) => clocks.map((clock) => time(clock, of(clock))).join(", ");

  // ---- Who won.

  // How much a lane took by a clock, or how unsteady it was; Infinity for never.
  function value(question, { reached, stuck, volatility }) {
    if (question !== "steady") return reached[question];
    return stuck || Number.isNaN(volatility) ? Infinity : volatility;
  }
  function shown(question, outcome) {
    if (question !== "steady") return time(question, outcome.reached[question]);
    if (outcome.diverged || outcome.stuck) return outcome.stuck ? "stuck" : "diverged";
    return Number.isNaN(outcome.volatility) ? "too few epochs" : `${points(outcome.volatility)} points`;
  }
  // The same without its unit.
  const brief = (question, outcome) => (question === "steady" || question === "seconds" ? shown(question, outcome) : whole(value(question, outcome)));
  function winners(question, outcomes) {
    const least = Math.min(...outcomes.map((outcome) => value(question, outcome)));
    return outcomes.filter((outcome) => value(question, outcome) === least && least < Infinity);
  }
  // Why one lane won over the next best, which may be missing.
  const REASONS = {
    epochs(winner, second) {
      if (second.touched < winner.reached.epochs) return `${capital(second.name)} was there in epoch ${second.touched}, but its noise took it below the target again.`;
      if (second.updatesPerEpoch < winner.updatesPerEpoch) {
        const few = second.updatesPerEpoch === 1 ? "only one" : `only ${whole(second.updatesPerEpoch)}`;
        return `${capital(winner.name)} makes ${whole(winner.updatesPerEpoch)} updates in an epoch, ${second.name} ${few}.`;
      }
      if (second.updatesPerEpoch === winner.updatesPerEpoch) return alike(winner, second);
      return `It makes fewer updates in an epoch than ${second.name}, but ${winner.learningRate > second.learningRate ? "longer ones, with its larger learning rate" : "they follow less noise"}.`;
    },
    updates(winner, second) {
      if (second.batchSize < winner.batchSize) return `Each of its updates averages ${samples(winner.batchSize)} instead of ${second.batchSize}, so it follows less noise. But each costs more samples, too.`;
      if (second.batchSize === winner.batchSize) return alike(winner, second);
      return winner.learningRate > second.learningRate
        ? `Its updates are longer than those of ${second.name}: learning rate ${plain(winner.learningRate)} against ${plain(second.learningRate)}.`
        : `Its updates follow more noise than those of ${second.name}, but from this start that did no harm.`;
    },
    steady(winner, second) {
      if (second.batchSize < winner.batchSize) return `Each of its steps averages ${samples(winner.batchSize)} instead of ${second.batchSize}, and the more samples a mean has, the less noise.`;
      if (second.batchSize === winner.batchSize) return alike(winner, second);
      return winner.learningRate / winner.batchSize < second.learningRate / second.batchSize
        ? "Noise moves a lane by learning rate over batch size, and its own is the smaller."
        : `From this start it was; ask more seeds before you believe it.`;
    },
  };
  function alike(winner, second) {
    if (winner.learningRate === second.learningRate) return winner.optimizer === second.optimizer ? "" : "The optimizer makes the difference.";
    return `The batch is the same, the learning rate is not: ${plain(winner.learningRate)} against ${plain(second.learningRate)}.`;
  }
  function seconds(outcomes, { costs, nTrain }) {
    const takes = outcomes.filter(({ reached }) => reached.epochs < Infinity)
      .map(({ name, reached }) => `${name} makes ${whole(reached.updates)} updates with ${whole(reached.epochs * nTrain)} samples, ${time("seconds", reached.seconds)}`);
    return `Calculated for fit, at ${costs.update.toFixed(2)} ms an update and ${costs.sample.toFixed(4)} ms more for each sample: ${takes.join("; ")}.`;
  }
  // The answer to a question: the winners, who they are and what the others took, and why.
  function answer(question, outcomes, about) {
    const won = winners(question, outcomes);
    const rest = outcomes.filter((outcome) => !won.includes(outcome));
    const others = rest.map((outcome) => `${outcome.name}: ${shown(question, outcome)}`).join("; ");
    if (!won.length) return { winners: won, text: "none", others, why: "" };
    const second = rest.reduce((best, outcome) => (value(question, outcome) < (best ? value(question, best) : Infinity) ? outcome : best), null);
    let why = won.length > 1 ? "A tie." : "";
    if (question === "seconds") why = seconds(outcomes, about);
    else if (won.length === 1 && second) why = REASONS[question](won[0], second);
    else if (won.length === 1 && rest.length) why = "No other lane got there.";
    if (question === "epochs") why = [why, ...rest.map((outcome) => failure(outcome, won[0]))].filter(Boolean).join(" ");
    return { winners: won, text: `${list(won.map(({ name }) => name))}: ${shown(question, won[0])}`, others, why };
  }
  function failure({ name, batchSize, learningRate, diverged, stuck, reached }, winner) {
    if (stuck) return `${capital(name)} is stuck: learning rate ${plain(learningRate)} threw it where nothing changes any more.`;
    if (diverged) return `${capital(name)} diverged: learning rate ${plain(learningRate)} is too large for it.`;
    if (reached.epochs < Infinity || batchSize >= winner.batchSize) return "";
    return `${capital(name)} makes more updates still, but at learning rate ${plain(learningRate)} their noise keeps it from settling.`;
  }

  // ---- What is said when a race pauses, ends, or has been changed.

  // What is new of a lane; `epoch` is the one that it is in.
  function news({ diverged, stuck, reached }, { clocks, target, epoch, done }) {
    if (diverged) return `Diverged in epoch ${whole(epoch)}: its weights are no longer numbers.`;
    if (stuck) return "Stuck: its accuracy no longer changes.";
    if (reached.epochs < Infinity) return `${target} after ${bySeveral(clocks, (clock) => reached[clock])}`;
    return done ? `Never kept ${target}.` : "";
  }
  function paused(outcomes, { clock, target, epochs }) {
    const lanes = outcomes.map((outcome) => {
      if (outcome.diverged) return `${outcome.name} has diverged`;
      if (outcome.reached[clock] === Infinity) return `${outcome.name} has not kept ${target} yet`;
      return `${outcome.name} has kept ${target} since ${time(clock, outcome.reached[clock])}`;
    });
    return `After ${time("epochs", epochs)}: ${lanes.join("; ")}.`;
  }
  // What is to be said of lanes that came to nothing.
  function failures(outcomes, { target }) {
    if (outcomes.every(({ reached }) => reached.epochs === Infinity)) return [`No lane keeps ${target}. A smaller learning rate, or more epochs?`];
    return outcomes.filter(({ diverged, stuck }) => diverged || stuck)
      .map(({ name, diverged }) => `${capital(name)} ${diverged ? "diverged" : "is stuck"}.`);
  }
  // What has become of the one lane that was changed since the race before; nothing if there were more.
  function changed(before, after, { target }) {
    if (before.length !== after.length) return "";
    const same = (one, other) => ["batchSize", "learningRate", "optimizer"].every((name) => one[name] === other[name]);
    const others = after.map((outcome, i) => [before[i], outcome]).filter(([was, is]) => !same(was, is));
    if (others.length !== 1) return "";
    const [[was, is]] = others;
    return `${capital(is.name)} at learning rate ${plain(is.learningRate)}: ${target} after ${shown("epochs", is)} (before: ${shown("epochs", was)}), volatility ${shown("steady", is)} (before: ${shown("steady", was)}).`;
  }
  // What to try next: the smallest batch that failed where another did not, at a tenth of the rate.
  function suggestion(outcomes) {
    const failed = outcomes.filter(({ reached }) => reached.epochs === Infinity);
    if (!failed.length || failed.length === outcomes.length) return null;
    const { name, batchSize, learningRate } = failed.reduce((least, each) => (each.batchSize < least.batchSize ? each : least));
    if (outcomes.some((other) => other.reached.epochs < Infinity && other.batchSize < batchSize)) return null;
    const rate = Number((learningRate / 10).toPrecision(4));
    return { name, learningRate: rate, text: `${capital(name)} does not fail for good: learning rate ${plain(learningRate)} is too much for it. Try a tenth.` };
  }
  // The medians of many seeds.
  function medians(many, { clocks, clockAt, target }) {
    const lanes = many.map(({ name, batchSize, runs }) => {
      const sane = runs.filter(({ diverged }) => !diverged);
      if (sane.length < runs.length / 2) return `${name} diverges`;
      const epochs = raceEngine.median(runs.map(({ reached }) => reached.epochs));
      const volatility = raceEngine.median(sane.map((run) => run.volatility));
      const speed = epochs === Infinity ? `does not keep ${target}` : `keeps ${target} after ${bySeveral(clocks, (clock) => clockAt(clock, batchSize, epochs))}`;
      return `${name} ${speed}${Number.isNaN(volatility) ? "" : `, with a volatility of ${points(volatility)} points`}`;
    });
    return `Medians of ${many[0].runs.length} seeds: ${lanes.join("; ")}.`;
  }

  // ---- Challenges. Each looks at the last race, at all of them, or at many seeds, and returns
  // whether it is met and a sentence, or null if there is nothing to look at.

  const CHALLENGES = [
    {
      text: "Make batch size 500, the full batch, win on the clock of epochs.",
      check: ({ outcomes, nTrain }) => {
        const full = outcomes.find(({ batchSize }) => batchSize === nTrain);
        if (!full || outcomes.length < 2) return null;
        const won = winners("epochs", outcomes);
        if (won.length === 1 && won[0] === full) return [true, `It wins, at learning rate ${plain(full.learningRate)}. What did the others have to suffer for it?`];
        return [false, won.length ? `Not yet: the winner is ${list(won.map(({ name }) => name))}.` : "Not yet: no lane gets there."];
      },
    },
    {
      text: "Calm batch size 1 with one slider: volatility below 1.5 points, and the target kept.",
      check: ({ outcomes, changed: settings }) => {
        const one = outcomes.find(({ batchSize }) => batchSize === 1);
        if (!one) return null;
        if (one.diverged) return [false, "Not yet: it diverged."];
        if (Number.isNaN(one.volatility)) return null;
        if (one.volatility >= 0.015) return [false, `Not yet: its volatility is ${points(one.volatility)} points.`];
        if (!one.kept) return [false, "Not yet: it is calm, but does not keep the target."];
        if (settings !== 1) return [false, `Not yet: it is calm, but ${settings} settings differ from those at the start.`];
        return [true, `Its volatility is ${points(one.volatility)} points. Smaller steps average over time what a larger batch averages over samples.`];
      },
    },
    {
      text: "Find the largest learning rate at which batch size 32 (with SGD) keeps the target, so that the next step of the slider fails.",
      check: ({ tried }) => {
        const lanes = tried.filter(({ batchSize, optimizer }) => batchSize === 32 && optimizer === "SGD");
        if (!lanes.length) return null;
        const keeps = Math.max(0, ...lanes.filter(({ kept }) => kept).map(({ learningRate }) => learningRate));
        const fails = Math.min(...lanes.filter(({ kept, learningRate }) => !kept && learningRate > keeps).map(({ learningRate }) => learningRate));
        if (fails === Infinity) return [false, `It keeps the target at ${plain(keeps)}. Try a larger one.`];
        if (keeps === 0) return [false, `It does not keep the target at ${plain(fails)}. Try a smaller one.`];
        if (fails / keeps > 2.01) return [false, `It keeps the target at ${plain(keeps)}, not at ${plain(fails)}. Come closer.`];
        return [true, `It keeps the target at ${plain(keeps)}, not at ${plain(fails)}, from this seed.`];
      },
    },
    {
      text: "Make two lanes of different batch sizes that 30 seeds cannot tell apart, neither by speed nor by volatility. Equal learning rate over batch size is a start.",
      check: ({ many }) => {
        if (!many) return null;
        let told = "";
        for (const [i, a] of many.entries()) {
          for (const b of many.slice(i + 1)) {
            if (a.batchSize === b.batchSize) continue;
            const n = a.runs.length;
            const sooner = wins(a.runs, b.runs, ({ reached }) => reached.epochs);
            const steadier = wins(a.runs, b.runs, ({ diverged, volatility }) => (diverged ? Infinity : volatility));
            told = `${a.name} is the sooner in ${sooner} of ${n} seeds and the steadier in ${steadier}, against ${b.name}`;
            if (even(sooner, n) && even(steadier, n)) return [true, `${capital(told)}. A coin does as much.`];
          }
        }
        return [false, many.length === 2 && told ? `Not yet: ${told}.` : "Not yet: any two of these lanes can be told apart."];
      },
    },
  ];
  // In how many seeds `a` is below `b`; a tie counts half.
  function wins(a, b, of) {
    return a.reduce((sum, run, i) => sum + (of(run) < of(b[i]) ? 1 : of(run) === of(b[i]) ? 0.5 : 0), 0);
  }
  // Whether a coin may do it: the sign test at 5 %, by the normal distribution.
  const even = (count, n) => Math.abs(count - n / 2) <= 1.96 * Math.sqrt(n) / 2;

  return { CHALLENGES, answer, changed, failures, list, medians, news, paused, percent, plain, points, suggestion, time, brief, whole };
})();
