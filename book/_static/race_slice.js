// The loss around the ways of the lanes, in a plane.
const raceSlice = (() => {
  "use strict";
  const TINY = 1e-6;
  const TOGETHER = 4; // losses of a step
  const ROOM = 0.18; // about the ways, as a share of the picture

  const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

  // The plane through an origin and the first two points that are not on one line with it: its axes
  // have length 1 and are orthogonal; the first leads to the first point.
  function plane(origin, points) {
    const axes = [];
    for (const point of points) {
      const way = Float64Array.from(point, (value, i) => value - origin[i]);
      const whole = Math.sqrt(dot(way, way));
      for (const axis of axes) {
        const share = dot(way, axis);
        axis.forEach((value, i) => { way[i] -= share * value; });
      }
      const length = Math.sqrt(dot(way, way));
      if (length > TINY * whole) axes.push(way.map((value) => value / length));
      if (axes.length === 2) break;
    }
    return { origin, axes };
  }
  // Where a point lies, or the place of the plane that is nearest to it.
  function place({ origin, axes }, point) {
    return axes.map((axis) => axis.reduce((sum, value, i) => sum + value * (point[i] - origin[i]), 0));
  }
  function weightsAt({ origin, axes }, [u, v]) {
    return Float32Array.from(origin, (value, i) => value + u * axes[0][i] + v * axes[1][i]);
  }
  // A box around some places, so many times as wide as high: left, right, bottom, top.
  function around(places, aspect) {
    const [[left, right], [bottom, top]] = [0, 1].map((k) => {
      const values = places.map((each) => each[k]);
      return [Math.min(...values), Math.max(...values)];
    });
    const height = Math.max(top - bottom, (right - left) / aspect, TINY) / (1 - 2 * ROOM);
    const [u, v] = [(left + right) / 2, (bottom + top) / 2];
    return [u - (aspect * height) / 2, u + (aspect * height) / 2, v - height / 2, v + height / 2];
  }
  // The loss on a grid of the plane, row by row from the top; in steps, so that the page answers in
  // between.
  function* losses(within, [left, right, bottom, top], { rows, columns }, lossOf) {
    const grid = new Float32Array(rows * columns);
    for (let row = 0; row < rows; row += 1) {
      const v = top - ((row + 0.5) / rows) * (top - bottom);
      for (let column = 0; column < columns; column += 1) {
        const u = left + ((column + 0.5) / columns) * (right - left);
        grid[row * columns + column] = lossOf(weightsAt(within, [u, v]));
        if (column % TOGETHER === 0) yield;
      }
    }
    return grid;
  }
  return { around, losses, place, plane, weightsAt };
})();
