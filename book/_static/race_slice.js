// The loss around the ways of the lanes, in the plane in which they spread most.
const raceSlice = (() => {
  "use strict";
  const ROUNDS = 60; // of the power iteration

  const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const scaled = (a, factor) => a.map((value) => value * factor);

  // The plane of the first two principal components of some points: its center, and two directions
  // of length 1, orthogonal to each other.
  function plane(points) {
    const n = points[0].length;
    const center = new Float64Array(n);
    for (const point of points) point.forEach((value, i) => (center[i] += value / points.length));
    const rows = points.map((point) => Float64Array.from(point, (value, i) => value - center[i]));
    const axes = [];
    for (let k = 0; k < 2; k += 1) {
      let axis = Float64Array.from(rows.at(-1 - k)); // any start that is not orthogonal to the answer
      for (let round = 0; round < ROUNDS; round += 1) {
        const next = new Float64Array(n);
        for (const row of rows) {
          const share = dot(row, axis);
          row.forEach((value, i) => (next[i] += share * value));
        }
        for (const other of axes) {
          const share = dot(next, other);
          other.forEach((value, i) => (next[i] -= share * value));
        }
        const length = Math.sqrt(dot(next, next));
        if (length === 0) break; // all points lie on a line
        axis = scaled(next, 1 / length);
      }
      axes.push(axis);
    }
    return { center, axes };
  }
  // Where a point lies in the plane.
  function place({ center, axes }, point) {
    return axes.map((axis) => axis.reduce((sum, value, i) => sum + value * (point[i] - center[i]), 0));
  }
  // The weights at a place of the plane.
  function weightsAt({ center, axes }, [u, v]) {
    return Float32Array.from(center, (value, i) => value + u * axes[0][i] + v * axes[1][i]);
  }
  // The corners of a box around some places, with room about them: left, right, bottom, top.
  function around(places) {
    const ranges = [0, 1].map((k) => {
      const values = places.map((each) => each[k]);
      const [least, most] = [Math.min(...values), Math.max(...values)];
      const room = 0.15 * (most - least) || 1;
      return [least - room, most + room];
    });
    return [...ranges[0], ...ranges[1]];
  }
  // The loss on a grid of the plane, row by row from the top; a step for each row, so that the page
  // answers in between.
  function* losses(within, [left, right, bottom, top], size, lossOf) {
    const grid = new Float32Array(size * size);
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        const u = left + ((column + 0.5) / size) * (right - left);
        const v = top - ((row + 0.5) / size) * (top - bottom);
        grid[row * size + column] = lossOf(weightsAt(within, [u, v]));
      }
      yield;
    }
    return grid;
  }
  return { around, losses, place, plane, weightsAt };
})();
