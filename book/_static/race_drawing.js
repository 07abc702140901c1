// What the race draws. Each function fills a canvas in the colours of the page; none keeps a state.
const raceDrawing = (() => {
  "use strict";
  const SHADES = 64; // of the loss
  const GRID = 48; // points of a side at which regions are predicted
  const DASHES = [[2, 3], [], [7, 4], [9, 3, 2, 3], [4, 2], [1, 2]]; // of looks: see raceLanes
  const ROOM = { left: 56, right: 14, top: 12, bottom: 40 };

  // Colours and font, from the style of the page.
  function look(root) {
    const style = getComputedStyle(root);
    const color = (name) => style.getPropertyValue(`--${name}`).trim();
    return {
      font: style.fontFamily,
      ink: color("pst-color-text-base"),
      muted: color("pst-color-text-muted"),
      lines: color("pst-color-border"),
      paper: color("pst-color-background"),
      classes: [0, 1, 2].map((i) => color(`race-class-${i}`)),
      lanes: ["stochastic", "minibatch", "batch", "other", "another", "last"].map((name) => color(`race-${name}`)),
    };
  }
  // An empty canvas as sharp as the screen; coordinates are pixels of CSS.
  function clean(canvas) {
    const { clientWidth: width, clientHeight: height } = canvas;
    const sharp = Math.min(devicePixelRatio || 1, 2);
    if (canvas.width !== Math.round(width * sharp) || canvas.height !== Math.round(height * sharp)) {
      canvas.width = Math.round(width * sharp);
      canvas.height = Math.round(height * sharp);
    }
    const context = canvas.getContext("2d");
    context.setTransform(sharp, 0, 0, sharp, 0, 0);
    context.clearRect(0, 0, width, height);
    return { context, width, height };
  }

  // ---- The samples, and the regions of the classes behind them.

  function limits({ x }) {
    const ranges = [0, 1].map((k) => {
      const values = x.filter((_, i) => i % 2 === k);
      const [least, most] = [Math.min(...values), Math.max(...values)];
      const room = 0.04 * (most - least);
      return [least - room, most + room];
    });
    return [...ranges[0], ...ranges[1]];
  }
  // The points of the plane at which regions are predicted, row by row from the top.
  function gridPoints([left, right, bottom, top]) {
    return Float32Array.from({ length: 2 * GRID * GRID }, (_, i) => {
      const at = i >> 1;
      const column = at % GRID;
      const row = (at - column) / GRID;
      return i % 2 ? top - ((row + 0.5) / GRID) * (top - bottom) : left + ((column + 0.5) / GRID) * (right - left);
    });
  }
  const channels = (color) => {
    const context = new OffscreenCanvas(1, 1).getContext("2d");
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    return context.getImageData(0, 0, 1, 1).data;
  };
  // A picture from a colour for each of its points; a value below 0 stays empty.
  function picture(values, columns, colors, opacity) {
    const tones = colors.map(channels);
    const image = new ImageData(columns, values.length / columns || 1);
    values.forEach((value, i) => {
      if (value < 0) return;
      image.data.set(tones[value], 4 * i);
      image.data[4 * i + 3] = 255 * opacity;
    });
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  }
  const regionsPicture = (classes, { classes: colors }) => picture(classes, GRID, colors, 0.3);

  function sample(context, label, x, y, size) {
    context.beginPath();
    if (label === 0) context.arc(x, y, size, 0, 2 * Math.PI);
    else if (label === 1) context.rect(x - size * 0.85, y - size * 0.85, 1.7 * size, 1.7 * size);
    else {
      context.moveTo(x, y - 1.2 * size);
      context.lineTo(x + 1.1 * size, y + 0.8 * size);
      context.lineTo(x - 1.1 * size, y + 0.8 * size);
      context.closePath();
    }
  }
  // Regions, samples, and rings around the samples of a batch.
  function lane(canvas, { regions, problem, within, batch, colors }) {
    const { context, width, height } = clean(canvas);
    const [left, right, bottom, top] = within;
    const across = (x) => ((x - left) / (right - left)) * width;
    const down = (y) => ((top - y) / (top - bottom)) * height;
    if (regions) context.drawImage(regions, 0, 0, width, height);
    context.globalAlpha = 0.8;
    problem.labels.forEach((label, i) => {
      context.fillStyle = colors.classes[label];
      sample(context, label, across(problem.x[2 * i]), down(problem.x[2 * i + 1]), width < 160 ? 1.2 : 1.8);
      context.fill();
    });
    context.globalAlpha = 1;
    context.strokeStyle = colors.ink;
    context.lineWidth = batch.length === 1 ? 2.5 : 1.3;
    context.globalAlpha = batch.length > 100 ? 0.2 : 1;
    const size = batch.length === 1 ? 8 : 4;
    for (const i of batch) {
      context.beginPath();
      context.arc(across(problem.x[2 * i]), down(problem.x[2 * i + 1]), size, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  // ---- Axes.

  const short = (value) => Number(value.toPrecision(12)).toLocaleString("en-GB", { maximumSignificantDigits: 3 });

  // The plot area of a canvas with its axes: an x axis that is logarithmic, a y axis that is not.
  function axes(canvas, { x: [first, last], y: [low, high], yTicks, yText = short, xTitle, yTitle, never, names, colors }) {
    const { context, width, height } = clean(canvas);
    const room = { ...ROOM, right: ROOM.right + (never || names ? 36 : 0) };
    const [w, h] = [width - room.left - room.right, height - room.top - room.bottom];
    const span = Math.log(last / first) || 1;
    const across = (x) => room.left + (Math.log(x / first) / span) * w;
    const up = (y) => room.top + ((high - y) / (high - low)) * h;
    context.font = `12px ${colors.font}`;
    context.fillStyle = colors.ink;
    context.strokeStyle = colors.lines;
    context.lineWidth = 1;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const tick of yTicks) {
      context.fillText(yText(tick), room.left - 6, up(tick));
      context.beginPath();
      context.moveTo(room.left, up(tick));
      context.lineTo(room.left + w, up(tick));
      context.stroke();
    }
    context.textAlign = "center";
    context.textBaseline = "top";
    const ratio = last / first;
    const steps = ratio > 1000 ? [1] : ratio > 30 ? [1, 3] : ratio > 8 ? [1, 2, 5] : [1, 2, 3, 4, 5, 6, 8];
    for (let power = Math.floor(Math.log10(first)); power <= Math.log10(last); power += 1) {
      for (const step of steps) {
        const tick = step * 10 ** power;
        if (tick < first * 0.999 || tick > last * 1.001) continue;
        context.fillText(short(tick), across(tick), room.top + h + 6);
        context.beginPath();
        context.moveTo(across(tick), room.top + h);
        context.lineTo(across(tick), room.top + h + 4);
        context.stroke();
      }
    }
    context.strokeRect(room.left, room.top, w, h);
    context.fillText(`${xTitle} (logarithmic)`, room.left + w / 2, height - 16);
    context.save();
    context.translate(11, room.top + h / 2);
    context.rotate(-Math.PI / 2);
    context.textBaseline = "middle";
    context.fillText(yTitle, 0, 0);
    context.restore();
    if (never) context.fillText("never", width - 24, room.top + h + 6);
    return { context, across, up, room, height, right: room.left + w, neverAt: width - 24 };
  }

  // ---- Accuracy of all lanes over a clock.

  // Each line has a `name`, `clock` and `accuracy`, a number for each epoch, a `look`, and `reached`,
  // the index of the epoch at which the target was reached, or -1 or Infinity.
  function chart(canvas, { lines, ghosts, running, xTitle, x, target, colors }) {
    const all = [...lines, ...ghosts].flatMap(({ accuracy }) => accuracy);
    const y = [Math.min(...all, 1) < 0.3 ? 0 : 0.3, Math.max(...all, 0) > 0.9 ? 1 : 0.9];
    const yTicks = [];
    for (let tick = y[0]; tick < y[1] + 0.01; tick += y[0] ? 0.1 : 0.2) yTicks.push(tick);
    const yText = (share) => `${Math.round(100 * share)}\u00a0%`;
    const { context, across, up, right, room, height } = axes(canvas, { x, y, yTicks, yText, xTitle, yTitle: "test accuracy", names: true, colors });
    context.save();
    context.setLineDash([2, 3]);
    context.strokeStyle = colors.muted;
    context.beginPath();
    context.moveTo(room.left, up(target));
    context.lineTo(right, up(target));
    context.stroke();
    context.beginPath();
    context.rect(room.left, 0, right - room.left + 8, height);
    context.clip();
    const draw = ({ clock, accuracy, look }, pale) => {
      context.globalAlpha = pale ? 0.5 : 1;
      context.strokeStyle = colors.lanes[look];
      context.setLineDash(DASHES[look]);
      context.lineWidth = pale ? 1.3 : 2;
      context.beginPath();
      accuracy.forEach((value, i) => context.lineTo(across(clock[i]), up(value)));
      context.stroke();
      if (accuracy.length === 1) context.fillRect(across(clock[0]) - 1, up(accuracy[0]) - 1, 2, 2);
    };
    ghosts.forEach((line) => draw(line, true));
    lines.forEach((line) => draw(line, false));
    context.setLineDash([]);
    context.globalAlpha = 1;
    for (const { clock, accuracy, look, reached } of lines) {
      if (running && accuracy.length) disc(context, across(clock[accuracy.length - 1]), up(accuracy.at(-1)), 3.5, colors.lanes[look]);
      if (!(reached in accuracy)) continue;
      ring(context, across(clock[reached]), up(accuracy[reached]), 6, colors.lanes[look], colors.paper);
    }
    context.restore();
    context.font = `12px ${colors.font}`;
    context.fillStyle = colors.ink;
    context.textAlign = "left";
    context.textBaseline = "bottom";
    context.fillText("target", room.left + 4, up(target) - 2);
    // The name of each line beside its end, with a thread to it where names would lie on each other.
    context.textBaseline = "middle";
    context.font = `600 12px ${colors.font}`;
    const ends = lines.filter(({ accuracy }) => accuracy.length)
      .map(({ name, clock, accuracy, look }) => ({ name, look, x: across(clock[accuracy.length - 1]), y: up(accuracy.at(-1)) }))
      .sort((a, b) => a.y - b.y);
    for (const { name, look, x: end, y: at, text } of apart(ends, 13)) {
      const left = Math.min(end, right) + 12;
      context.strokeStyle = context.fillStyle = colors.lanes[look];
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(Math.min(end, right), at);
      context.lineTo(left - 2, text);
      context.stroke();
      context.fillText(name, left, text);
    }
  }
  // Places of texts, `text`, as near to their `y` as they can be, but so many pixels from each other.
  function apart(texts, room) {
    const placed = texts.map((each) => ({ ...each, text: each.y }));
    for (let round = 0; round < 20; round += 1) {
      placed.forEach((each, i) => {
        const lack = i && room - (each.text - placed[i - 1].text);
        if (lack <= 0) return;
        each.text += lack / 2;
        placed[i - 1].text -= lack / 2;
      });
    }
    return placed;
  }
  function disc(context, x, y, size, color) {
    context.fillStyle = color;
    context.beginPath();
    context.arc(x, y, size, 0, 2 * Math.PI);
    context.fill();
  }
  function ring(context, x, y, size, color, paper) {
    disc(context, x, y, size, paper);
    context.strokeStyle = color;
    context.lineWidth = 3;
    context.beginPath();
    context.arc(x, y, size, 0, 2 * Math.PI);
    context.stroke();
  }

  // ---- Many seeds: speed and stability.

  // Each cloud has `runs`, pairs of clock (or Infinity) and volatility in percentage points, their
  // `median`, a `look` and a `name`.
  function cloud(canvas, { clouds, xTitle, colors }) {
    const points = clouds.flatMap(({ runs }) => runs);
    const times = points.map(([time]) => time).filter(Number.isFinite);
    const x = times.length ? [Math.min(...times) / 1.3, Math.max(...times) * 1.3] : [1, 10];
    const most = Math.max(...points.map(([, volatility]) => volatility), 0.1) * 1.1;
    const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20].find((each) => most / each <= 6);
    const yTicks = [];
    for (let tick = 0; tick <= most; tick += step) yTicks.push(tick);
    const never = points.some(([time]) => time === Infinity);
    const yTitle = "volatility (percentage points)";
    const { context, across, up, neverAt } = axes(canvas, { x, y: [0, most], yTicks, xTitle, yTitle, never, colors });
    const at = (time) => (Number.isFinite(time) ? across(time) : neverAt);
    for (const { runs, look } of clouds) {
      context.globalAlpha = 0.5;
      for (const [time, volatility] of runs) disc(context, at(time), up(volatility), 3, colors.lanes[look]);
    }
    context.globalAlpha = 1;
    for (const { median: [time, volatility], look, name } of clouds) {
      ring(context, at(time), up(volatility), 7, colors.lanes[look], colors.paper);
      context.fillStyle = colors.ink;
      context.textAlign = at(time) > neverAt - 90 ? "right" : "left";
      context.textBaseline = "bottom";
      context.fillText(name, at(time) + (context.textAlign === "left" ? 10 : -10), up(volatility) - 6);
    }
  }

  // ---- The ways of the lanes over the loss.

  // Losses on a grid (row by row from the top), bluer where they are lower, up to that at the `start`;
  // and ways, each with a `name`, `places`, a `look` and the `loss` at its end.
  function slice(canvas, { grid, columns, within: [left, right, bottom, top], ways, start, colors }) {
    const { context, width, height } = clean(canvas);
    const least = Math.log(Math.min(...grid.filter(Number.isFinite), start * 0.99));
    const shade = (loss) => {
      const share = (Math.log(loss) - least) / (Math.log(1.3 * start) - least);
      return Number.isFinite(share) ? Math.round((SHADES - 1) * Math.min(1, Math.max(0, share))) : SHADES - 1;
    };
    const tones = Array.from({ length: SHADES }, (_, i) => `color-mix(in oklab, ${colors.paper} ${20 + (80 * i) / (SHADES - 1)}%, ${colors.lanes[3]})`);
    context.drawImage(picture(Array.from(grid, shade), columns, tones, 1), 0, 0, width, height);
    const across = ([u]) => ((u - left) / (right - left)) * width;
    const down = ([, v]) => ((top - v) / (top - bottom)) * height;
    context.font = `600 13px ${colors.font}`;
    context.textBaseline = "middle";
    for (const { places, look } of ways) {
      context.lineWidth = 2.5;
      context.setLineDash(DASHES[look]);
      context.strokeStyle = colors.lanes[look];
      context.beginPath();
      for (const place of places) context.lineTo(across(place), down(place));
      context.stroke();
    }
    context.setLineDash([]);
    context.lineWidth = 3;
    context.strokeStyle = colors.paper;
    const label = (text, place) => {
      const [x, y] = [across(place), down(place)];
      context.textAlign = x > width / 2 ? "right" : "left";
      const at = x + (x > width / 2 ? -10 : 10);
      context.strokeText(text, at, y);
      context.fillStyle = colors.ink;
      context.fillText(text, at, y);
    };
    for (const { name, places, look, loss } of ways) {
      disc(context, across(places.at(-1)), down(places.at(-1)), 6, colors.lanes[look]);
      label(`${name.replace("batch size ", "")}: ${loss.toFixed(2)}`, places.at(-1));
    }
    const [x, y] = [across([0]), down([0, 0])];
    context.fillStyle = colors.ink;
    context.fillRect(x - 5, y - 5, 10, 10);
    label(`start: ${start.toFixed(2)}`, [0, 0]);
  }
  // The line that stands for a lane, beside its name.
  function key(canvas, { look, colors }) {
    const { context, width, height } = clean(canvas);
    context.strokeStyle = colors.lanes[look];
    context.setLineDash(DASHES[look]);
    context.lineWidth = 3;
    context.beginPath();
    context.moveTo(0, height / 2);
    context.lineTo(width, height / 2);
    context.stroke();
  }
  return { chart, cloud, gridPoints, key, lane, limits, look, regionsPicture, slice };
})();
