// What came out of a race, in words. Outcomes are those of `raceLanes.outcome`.
const raceWords = (() => {
  "use strict";
  const UNITS = { epochs: ["epoch", "epochs"], updates: ["update", "updates"], seconds: ["s", "s"] };

  const plain = (value) => Number(value.toPrecision(4)).toLocaleString("en-GB", { maximumSignificantDigits: 4 });
  const whole = (value) => value.toLocaleString("en-GB");
  const points = (share) => (100 * share).toFixed(1);
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  function time(clock, value) {
    if (value === Infinity) return "never";
    return `${clock === "seconds" ? value.toFixed(2) : whole(value)} ${UNITS[clock][value === 1 ? 0 : 1]}`;
  }
  // One after the other, as people say it.
  const list = (parts) => (parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`);

  // By how much each lane took for a question; fewer is better, and what never came is no answer.
  function value(question, { reached, volatility, diverged }) {
    if (question === "steady") return diverged || Number.isNaN(volatility) ? Infinity : volatility;
    return reached[question];
  }
  function best(question, outcomes) {
    const least = Math.min(...outcomes.map((outcome) => value(question, outcome)));
    return least === Infinity ? [] : outcomes.filter((outcome) => value(question, outcome) <= least + 1e-9);
  }
  function shown(question, outcome) {
    if (question === "steady") return outcome.diverged ? "diverged" : `${points(outcome.volatility)} points`;
    return time(question, outcome.reached[question]);
  }

  // One sentence why the winner won.
  function why(question, winner, outcomes, { target, costs, nTrain }) {
    const others = outcomes.filter((outcome) => outcome !== winner);
    const smaller = others.filter(({ batchSize }) => batchSize < winner.batchSize);
    const larger = others.filter(({ batchSize }) => batchSize > winner.batchSize);
    const size = whole(winner.batchSize);
    const samples = winner.batchSize === 1 ? "a single sample" : `${size} samples`;
    if (question === "epochs") {
      const many = larger.length
        ? `An epoch holds ${whole(winner.updatesPerEpoch)} of its updates and only ${whole(larger.at(-1).updatesPerEpoch)} of batch size ${whole(larger.at(-1).batchSize)}.`
        : `It makes the fewest updates an epoch, so here it wins by its learning rate, ${plain(winner.learningRate)}.`;
      const noisy = smaller.filter(({ reached }) => reached.epochs === Infinity);
      if (!noisy.length) return many;
      const [{ batchSize }] = noisy;
      return `${many} Batch size ${whole(batchSize)} makes more still, but follows the noise of ${batchSize === 1 ? "single samples" : "few samples"} and never settles at ${target}.`;
    }
    if (question === "updates") {
      return smaller.length && !larger.length
        ? `Each of its updates averages ${samples}, so little of it is noise and no step is wasted. But each also costs ${samples}.`
        : `At its learning rate, ${plain(winner.learningRate)}, its updates get further than those of the larger batch.`;
    }
    if (question === "seconds") {
      const { epochs, updates } = winner.reached;
      return `An update takes ${costs.update.toFixed(2)} ms and a sample ${costs.sample.toFixed(4)} ms more: it needs ${whole(updates)} updates and ${whole(epochs * nTrain)} samples, and the other lanes more of the one or the other.`;
    }
    return smaller.length && !larger.length
      ? `Each step averages ${samples}, and the noise of a mean shrinks as more is averaged.`
      : `Its steps are small for the noise in them: learning rate over batch size is what counts.`;
  }

  // What came out for a question: the winner in words, and why.
  function answer(question, outcomes, about) {
    const winners = best(question, outcomes);
    if (!winners.length) return { winners, text: "none", why: "No lane got there. A smaller learning rate, or more epochs?" };
    const names = list(winners.map(({ name }) => name));
    const rest = outcomes.filter((outcome) => !winners.includes(outcome));
    const others = rest.map((outcome) => `${outcome.name}: ${shown(question, outcome)}`).join("; ");
    return {
      winners,
      text: `${names}: ${shown(question, winners[0])}`,
      others,
      why: winners.length > 1 ? "A tie." : outcomes.length > 1 ? why(question, winners[0], outcomes, about) : "",
    };
  }
  const bySeveral = (clocks, of) => clocks.map((clock) => time(clock, of(clock))).join(", ");
  // What is new of a lane.
  function news({ diverged, reached }, { clocks, target, epochs, done }) {
    if (diverged) return `Diverged in epoch ${epochs + 1}: its weights are no longer numbers.`;
    if (reached.epochs < Infinity) return `${target} after ${bySeveral(clocks, (clock) => reached[clock])}`;
    return done ? `Never kept ${target}.` : "";
  }
  // The medians of many seeds.
  function medians(many, { clocks, clockAt, target }) {
    const lanes = many.map(({ name, batchSize, runs }) => {
      const diverged = runs.filter((run) => run.diverged).length;
      if (diverged > runs.length / 2) return `${name} diverges`;
      const epochs = raceEngine.median(runs.map((run) => run.reached.epochs));
      const volatility = raceEngine.median(runs.filter((run) => !run.diverged).map((run) => (run.diverged ? Infinity : run.volatility)));
      const speed = epochs === Infinity ? `does not keep ${target}` : `keeps ${target} after ${bySeveral(clocks, (clock) => clockAt(clock, batchSize, epochs))}`;
      return `${name} ${speed}, with a volatility of ${points(volatility)} points`;
    });
    return `Medians of ${many[0].runs.length} seeds: ${lanes.join("; ")}.`;
  }
  // For those who do not see the race: what each lane has come to.
  function summary(outcomes, { clock, target, epochs, finished }) {
    const lanes = outcomes.map((outcome) => {
      if (outcome.diverged) return `${outcome.name} diverged`;
      if (outcome.reached[clock] !== Infinity) return `${outcome.name} reached ${target} after ${time(clock, outcome.reached[clock])}`;
      return `${outcome.name} has not kept ${target}`;
    });
    const when = finished ? "Finished" : `Paused after ${time("epochs", epochs)}`;
    return `${when}: ${lanes.join("; ")}.`;
  }

  // ---- Challenges. Each looks at a finished race, at what was tried before, or at many seeds, and
  // returns whether it is met and a sentence, or nothing if the race has no lanes for it.

  const CHALLENGES = [
    {
      text: "Make the full batch win on the clock of epochs.",
      check: ({ outcomes, nTrain }) => {
        const full = outcomes.find(({ batchSize }) => batchSize === nTrain);
        if (!full || outcomes.length < 2) return null;
        const [winner, second] = best("epochs", outcomes);
        if (winner === full && !second) return [true, `Done: it wins with a learning rate of ${plain(full.learningRate)}. What did the others have to suffer for it?`];
        return [false, winner ? `Not yet: ${winner.name} wins or ties.` : "Not yet: no lane gets there."];
      },
    },
    {
      text: "Calm batch size 1 with one slider: bring its volatility below 1.5 points, and let it reach the target.",
      check: ({ outcomes, changed }) => {
        const one = outcomes.find(({ batchSize }) => batchSize === 1);
        if (!one || Number.isNaN(one.volatility)) return null;
        const calm = one.volatility < 0.015 && one.kept;
        if (calm && changed === 1) return [true, `Done: volatility ${points(one.volatility)} points. A smaller step averages over time what a larger batch averages over samples.`];
        return [false, calm ? `It is calm, but ${changed} settings differ from the start.` : `Not yet: its volatility is ${points(one.volatility)} points${one.kept ? "" : ", and it does not keep the target"}.`];
      },
    },
    {
      text: "Find the largest learning rate that batch size 32 survives (it still reaches and keeps the target), up to one step of the slider.",
      check: ({ tried: all }) => {
        const tried = all.filter(({ batchSize, optimizer }) => batchSize === 32 && optimizer === "SGD");
        const kept = Math.max(...tried.filter(({ kept }) => kept).map(({ learningRate }) => learningRate));
        const failed = Math.min(...tried.filter(({ kept: keeps, learningRate }) => !keeps && learningRate > kept).map(({ learningRate }) => learningRate));
        if (!tried.length) return null;
        if (failed / kept <= 2.01) return [true, `Done: it survives ${plain(kept)} and not ${plain(failed)} (from this seed).`];
        if (failed === Infinity) return [false, `It survives ${plain(kept)}. Try a larger one.`];
        return [false, kept > 0 ? `It survives ${plain(kept)} and not ${plain(failed)}. Come closer.` : `It does not survive ${plain(failed)}. Try a smaller one.`];
      },
    },
    {
      text: "Make two lanes with different batch sizes that 30 seeds cannot tell apart, neither in speed nor in volatility. (Equal learning rate over batch size is a start.)",
      check: ({ many }) => {
        for (const [i, a] of (many ?? []).entries()) {
          for (const b of many.slice(i + 1)) {
            if (a.batchSize === b.batchSize) continue;
            const sooner = wins(a.runs, b.runs, (run) => run.reached.epochs);
            const steadier = wins(a.runs, b.runs, (run) => (run.diverged ? Infinity : run.volatility));
            const text = `${a.name} was the sooner in ${sooner} and the steadier in ${steadier} of ${a.runs.length} seeds, against ${b.name}`;
            if (even(sooner, a.runs.length) && even(steadier, a.runs.length)) return [true, `Done: ${text}. A coin would do as much.`];
            if (many.length === 2) return [false, `Not yet: ${text}; below a third or above two thirds is no coin.`];
          }
        }
        return many ? [false, "Not yet: of these lanes, 30 seeds tell any two apart."] : null;
      },
    },
  ];
  // In how many seeds `a` is below `b`; a tie counts half.
  function wins(a, b, of) {
    return a.reduce((sum, run, i) => sum + (of(run) < of(b[i]) ? 1 : of(run) === of(b[i]) ? 0.5 : 0), 0);
  }
  // Two-sided sign test at about 5 %: of 30 seeds, 10 to 20.
  const even = (count, n) => Math.abs(count - n / 2) <= 0.98 * Math.sqrt(n);

  return { CHALLENGES, answer, list, medians, news, percent, plain, points, summary, time, whole };
})();
