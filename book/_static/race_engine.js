// Training of the tutorial's network (one hidden ReLU layer, softmax) as Keras does it, and nothing
// that draws. Weights stand in one array, as `model.get_weights()` lists them, each row by row:
// kernel 1 (features x hidden units), bias 1, kernel 2 (hidden units x classes), bias 2.
const raceEngine = (() => {
  "use strict";

  // ---- Random numbers.

  // The generator sfc32 (Doty-Humphrey, PractRand), started by splitmix32.
  function generator(seed) {
    let state = seed | 0;
    const splitmix = () => {
      state = (state + 0x9e3779b9) | 0;
      let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return z ^ (z >>> 15);
    };
    let [a, b, c, counter] = [splitmix(), splitmix(), splitmix(), 1];
    const next = () => {
      const sum = (a + b + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + sum) | 0;
      return (sum >>> 0) / 2 ** 32;
    };
    for (let i = 0; i < 12; i++) next();
    return next;
  }
  function shuffle(order, random) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
  }

  // ---- The network: its shape, where each part of its weights begins, and room to compute in.

  function network({ nFeatures, nHidden, nClasses }) {
    const bias1 = nFeatures * nHidden;
    const kernel2 = bias1 + nHidden;
    const bias2 = kernel2 + nHidden * nClasses;
    return {
      nFeatures, nHidden, nClasses, bias1, kernel2, bias2, nWeights: bias2 + nClasses,
      hidden: new Float32Array(nHidden), // float32, so that it overflows where Keras does
      logits: new Float64Array(nClasses),
      outputs: new Float64Array(nClasses), // probabilities, then the loss's slopes in the logits
    };
  }
  // He uniform and Glorot uniform kernels, biases of 0.
  function initialWeights(shape, seed) {
    const { nFeatures, nHidden, nClasses, bias1, kernel2, bias2, nWeights } = network(shape);
    const random = generator(seed);
    const weights = new Float32Array(nWeights);
    const fill = (from, to, limit) => {
      for (let i = from; i < to; i++) weights[i] = limit * (2 * random() - 1);
    };
    fill(0, bias1, Math.sqrt(6 / nFeatures));
    fill(kernel2, bias2, Math.sqrt(6 / (nHidden + nClasses)));
    return weights;
  }
  // From the features that begin at `at` in `x` to `net.hidden` and `net.logits`.
  function forward(net, weights, x, at) {
    const { nFeatures, nHidden, nClasses, bias1, kernel2, bias2, hidden, logits } = net;
    for (let j = 0; j < nHidden; j++) {
      let sum = weights[bias1 + j];
      for (let f = 0; f < nFeatures; f++) sum += x[at + f] * weights[f * nHidden + j];
      hidden[j] = sum < 0 ? 0 : sum; // what is not a number stays so
    }
    for (let k = 0; k < nClasses; k++) {
      let sum = weights[bias2 + k];
      for (let j = 0, i = kernel2 + k; j < nHidden; j++, i += nClasses) sum += hidden[j] * weights[i];
      logits[k] = Math.fround(sum);
    }
  }
  // From `net.logits` to the probabilities `net.outputs`; returns the cross-entropy, which Keras
  // computes from the logits too, so that no probability of 0 is clipped.
  function softmax({ logits, outputs, nClasses }, label) {
    let largest = logits[0];
    for (let k = 1; k < nClasses; k++) largest = Math.max(largest, logits[k]);
    let sum = 0;
    for (let k = 0; k < nClasses; k++) sum += outputs[k] = Math.exp(logits[k] - largest);
    for (let k = 0; k < nClasses; k++) outputs[k] /= sum;
    return Math.log(sum) - (logits[label] - largest);
  }
  // The index of the largest value, the first of equals.
  function argmax(values) {
    let best = 0;
    for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
    return best;
  }
  // Add the gradient of a sample's loss, times `share`; `net` holds what its forward pass computed.
  function addGradient(net, weights, x, at, label, share, gradient) {
    const { nFeatures, nHidden, nClasses, bias1, kernel2, bias2, hidden, outputs } = net;
    for (let k = 0; k < nClasses; k++) {
      outputs[k] = (outputs[k] - (k === label ? 1 : 0)) * share;
      gradient[bias2 + k] += outputs[k];
    }
    for (let j = 0; j < nHidden; j++) {
      if (hidden[j] === 0) continue;
      let slope = 0;
      for (let k = 0, i = kernel2 + j * nClasses; k < nClasses; k++, i++) {
        slope += outputs[k] * weights[i];
        gradient[i] += outputs[k] * hidden[j];
      }
      gradient[bias1 + j] += slope;
      for (let f = 0; f < nFeatures; f++) gradient[f * nHidden + j] += slope * x[at + f];
    }
  }
  // Mean cross-entropy and accuracy on all samples.
  function metrics(net, weights, x, labels) {
    let [loss, correct] = [0, 0];
    for (let i = 0; i < labels.length; i++) {
      forward(net, weights, x, i * net.nFeatures);
      loss += softmax(net, labels[i]);
      if (argmax(net.outputs) === labels[i]) correct++;
    }
    return { loss: Math.fround(loss) / labels.length, accuracy: correct / labels.length };
  }
  function evaluate(weights, shape, x, labels) {
    return metrics(network(shape), weights, x, labels);
  }
  function classesOn(weights, shape, points) {
    const net = network(shape);
    const classes = new Uint8Array(points.length / net.nFeatures);
    for (let i = 0; i < classes.length; i++) {
      forward(net, weights, points, i * net.nFeatures);
      classes[i] = argmax(net.logits);
    }
    return classes;
  }

  // ---- The data: a class is a center with normally distributed samples around it.

  function blobs({ normals, centers, labels, nTrain }, spread) {
    const nFeatures = normals.length / labels.length;
    const rows = Array.from(centers).flat(); // a row per class, nested or not
    const x = Float32Array.from(normals, (normal, i) => {
      const center = rows[labels[Math.floor(i / nFeatures)] * nFeatures + (i % nFeatures)];
      return center + spread * normal;
    });
    return {
      x: x.slice(0, nTrain * nFeatures),
      xTest: x.slice(nTrain * nFeatures),
      labels: Uint8Array.from(labels.slice(0, nTrain)),
      testLabels: Uint8Array.from(labels.slice(nTrain)),
      nTrain, nTest: labels.length - nTrain, nFeatures, nClasses: rows.length / nFeatures,
    };
  }

  // ---- Optimizers: each returns the function that takes one step. What has become too small for
  // a normal float32 is set to 0, as TensorFlow does; processors are slow at such numbers.

  const SMALLEST = 2 ** -126;

  function sgd(weights, gradient, learningRate, momentum) {
    if (momentum === 0) {
      return () => {
        for (let i = 0; i < weights.length; i++) weights[i] -= learningRate * gradient[i];
      };
    }
    const velocity = new Float32Array(weights.length);
    return () => {
      for (let i = 0; i < weights.length; i++) {
        const v = momentum * velocity[i] - learningRate * gradient[i];
        velocity[i] = -SMALLEST < v && v < SMALLEST ? 0 : v;
        weights[i] += velocity[i];
      }
    };
  }
  // Kingma & Ba, Adam, 2015, bias corrected by the learning rate (end of section 2), as Keras does it.
  function adam(weights, gradient, learningRate) {
    const [beta1, beta2, new1, new2, epsilon] = [0.9, 0.999, 1 - 0.9, 1 - 0.999, 1e-7].map(Math.fround);
    const m = new Float32Array(weights.length);
    const v = new Float32Array(weights.length);
    let steps = 0;
    return () => {
      steps++;
      const rate = (learningRate * Math.sqrt(1 - beta2 ** steps)) / (1 - beta1 ** steps);
      for (let i = 0; i < weights.length; i++) {
        const first = m[i] + (gradient[i] - m[i]) * new1;
        const second = v[i] + (gradient[i] * gradient[i] - v[i]) * new2;
        m[i] = -SMALLEST < first && first < SMALLEST ? 0 : first;
        v[i] = second < SMALLEST ? 0 : second;
        weights[i] -= (m[i] * rate) / (Math.sqrt(v[i]) + epsilon);
      }
    };
  }

  // ---- A lane: one network in training.

  function check({ problem, batchSize, learningRate, optimizer, momentum }) {
    if (!(Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= problem.nTrain)) {
      throw new RangeError(
        `The batch size must be a whole number from 1 to ${problem.nTrain} (all training samples), got ${batchSize}.`,
      );
    }
    if (!(Number.isFinite(learningRate) && learningRate > 0)) {
      throw new RangeError(`The learning rate must be a number above 0, got ${learningRate}.`);
    }
    if (!(momentum >= 0 && momentum < 1)) {
      throw new RangeError(`The momentum must be at least 0 and below 1, got ${momentum}.`);
    }
    if (!["SGD", "Adam"].includes(optimizer)) {
      throw new RangeError(`The optimizer must be SGD or Adam, got ${optimizer}.`);
    }
  }
  // The samples are shuffled before each epoch by a generator of this seed, unless `orders` lists
  // the order of each epoch.
  function lane({ problem, nHidden, weights: start, batchSize, learningRate, optimizer, momentum = 0, seed, orders }) {
    check({ problem, batchSize, learningRate, optimizer, momentum });
    const { x, labels, nTrain, nFeatures, nClasses } = problem;
    const net = network({ nFeatures, nHidden, nClasses });
    const weights = Float32Array.from(start);
    const gradient = new Float64Array(weights.length);
    const step = optimizer === "Adam"
      ? adam(weights, gradient, learningRate)
      : sgd(weights, gradient, learningRate, momentum);
    const random = generator(seed);
    const order = Int32Array.from({ length: nTrain }, (_, i) => i);
    const history = { loss: [], accuracy: [], valLoss: [], valAccuracy: [] };
    let [updates, epochs, samples, diverged] = [0, 0, 0, false];
    let [first, end] = [nTrain, nTrain]; // of the samples in `order` that made the latest batch
    let [epochLoss, epochCorrect] = [0, 0]; // sums over the samples of the running epoch

    function update() {
      if (end === nTrain) beginEpoch();
      first = end;
      end = Math.min(first + batchSize, nTrain);
      const n = end - first;
      let loss = 0;
      gradient.fill(0);
      for (let i = first; i < end; i++) {
        const sample = order[i];
        const label = labels[sample];
        forward(net, weights, x, sample * nFeatures);
        loss += softmax(net, label);
        if (argmax(net.outputs) === label) epochCorrect++;
        addGradient(net, weights, x, sample * nFeatures, label, 1 / n, gradient);
      }
      step();
      updates++;
      samples += n;
      epochLoss = Math.fround(epochLoss + loss);
      if (!Number.isFinite(epochLoss)) diverged = true;
      if (end === nTrain) endEpoch();
    }
    function beginEpoch() {
      if (orders) order.set(orders[epochs]);
      else shuffle(order, random);
      [end, epochLoss, epochCorrect] = [0, 0, 0];
    }
    function endEpoch() {
      const { loss, accuracy } = metrics(net, weights, problem.xTest, problem.testLabels);
      history.loss.push(epochLoss / nTrain);
      history.accuracy.push(epochCorrect / nTrain);
      history.valLoss.push(loss);
      history.valAccuracy.push(accuracy);
      if (!Number.isFinite(loss)) diverged = true;
      epochs++;
    }
    function epoch() {
      do update();
      while (end < nTrain);
    }
    return {
      update, epoch, weights, history,
      batch: () => order.subarray(first, end),
      get updates() { return updates; },
      get epochs() { return epochs; },
      get samples() { return samples; },
      get diverged() { return diverged; },
    };
  }

  // ---- Speed and stability of a run, as `helpers.analysis` has them.

  const ROUNDING = 1e-6; // of accuracies

  function epochsTo(valAccuracy, target, hold) {
    let held = 0;
    for (let i = 0; i < valAccuracy.length; i++) {
      held = valAccuracy[i] > target - ROUNDING ? held + 1 : 0;
      if (held === hold) return i + 2 - hold;
    }
    return Infinity;
  }
  // Standard deviation about the line of least squares, which takes two degrees of freedom.
  function volatility(values, last) {
    if (values.length < last) return NaN;
    const recent = values.slice(-last);
    const mean = recent.reduce((sum, value) => sum + value, 0) / last;
    const middle = (last - 1) / 2;
    let [covariance, variance] = [0, 0];
    recent.forEach((value, i) => {
      covariance += (i - middle) * (value - mean);
      variance += (i - middle) ** 2;
    });
    const slope = covariance / variance;
    const squares = recent.reduce((sum, value, i) => sum + (value - mean - slope * (i - middle)) ** 2, 0);
    return Math.sqrt(squares / (last - 2));
  }
  // What is not a number is left out.
  function median(values) {
    const sorted = Array.from(values).filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  return { generator, initialWeights, blobs, lane, evaluate, classesOn, epochsTo, volatility, median };
})();
