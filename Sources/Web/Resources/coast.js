// Coastlines: the outline of a continent around all that lies on it, a little uneven, as coasts are. Found on a grid as the
// line of equal distance from what is on land (marching squares), then smoothed. Pure functions of their arguments.

const step = 11;

/** A number from 0 to 1 that belongs to a point of the grid, always the same. */
function noise(x, y, seed) {
  let number = (x * 374761393 + y * 668265263 + seed * 2147483647) | 0;
  number = Math.imul(number ^ (number >>> 13), 1274126177);
  return ((number ^ (number >>> 16)) >>> 0) / 4294967295;
}

/** The same, changing slowly from place to place. */
function waves(x, y, seed) {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const ease = (t) => t * t * (3 - 2 * t);
  const [u, v] = [ease(x - left), ease(y - top)];
  const upper = noise(left, top, seed) * (1 - u) + noise(left + 1, top, seed) * u;
  const lower = noise(left, top + 1, seed) * (1 - u) + noise(left + 1, top + 1, seed) * u;
  return upper * (1 - v) + lower * v;
}

/**
 * The coast around boxes `{x, y, width, height, margin}`.
 *
 * @returns its points, without the first one repeated, in order.
 */
export function coastAround(boxes, seed) {
  const edge = 64;
  const left = Math.min(...boxes.map((box) => box.x - box.margin)) - edge;
  const top = Math.min(...boxes.map((box) => box.y - box.margin)) - edge;
  const right = Math.max(...boxes.map((box) => box.x + box.width + box.margin)) + edge;
  const bottom = Math.max(...boxes.map((box) => box.y + box.height + box.margin)) + edge;
  const across = Math.ceil((right - left) / step) + 1;
  const down = Math.ceil((bottom - top) / step) + 1;
  const depths = new Float32Array(across * down).fill(-60);
  for (const box of boxes) raise(depths, across, down, box, left, top);
  for (let j = 0; j < down; j += 1) {
    for (let i = 0; i < across; i += 1) {
      depths[j * across + i] += 15 * (waves((left + i * step) / 92, (top + j * step) / 92, seed) - 0.5);
    }
  }
  return smoothed(longest(lines(depths, across, down)).map(([x, y]) => [left + x * step, top + y * step]));
}

/** Raises the ground around a box: above 0 is land. */
function raise(depths, across, down, box, left, top) {
  const reach = box.margin + 34;
  const first = Math.max(0, Math.floor((box.x - reach - left) / step));
  const last = Math.min(across - 1, Math.ceil((box.x + box.width + reach - left) / step));
  const start = Math.max(0, Math.floor((box.y - reach - top) / step));
  const end = Math.min(down - 1, Math.ceil((box.y + box.height + reach - top) / step));
  for (let j = start; j <= end; j += 1) {
    const y = top + j * step;
    const dy = Math.max(box.y - y, 0, y - box.y - box.height);
    for (let i = first; i <= last; i += 1) {
      const x = left + i * step;
      const dx = Math.max(box.x - x, 0, x - box.x - box.width);
      const height = box.margin - Math.hypot(dx, dy);
      const index = j * across + i;
      // A smooth maximum rounds the corners between neighbours.
      const h = Math.max(18 - Math.abs(depths[index] - height), 0) / 18;
      depths[index] = Math.max(depths[index], height) + h * h * 4.5;
    }
  }
}

/** The closed lines of height 0, by marching squares. */
function lines(depths, across, down) {
  const next = new Map();
  const point = (i, j, k, l) => {
    const [a, b] = [depths[j * across + i], depths[l * across + k]];
    const t = a / (a - b);
    return [i + (k - i) * t, j + (l - j) * t];
  };
  const id = (i, j, isDown) => (j * across + i) * 2 + (isDown ? 1 : 0);
  const points = new Map();
  const join = (from, to) => {
    next.set(from[0], to[0]);
    points.set(from[0], from[1]);
  };
  for (let j = 0; j + 1 < down; j += 1) {
    for (let i = 0; i + 1 < across; i += 1) {
      const at = (x, y) => depths[y * across + x] > 0;
      const [a, b, c, d] = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
      const code = (a ? 8 : 0) | (b ? 4 : 0) | (c ? 2 : 0) | (d ? 1 : 0);
      if (code === 0 || code === 15) continue;
      const upper = () => [id(i, j, false), point(i, j, i + 1, j)];
      const lower = () => [id(i, j + 1, false), point(i, j + 1, i + 1, j + 1)];
      const west = () => [id(i, j, true), point(i, j, i, j + 1)];
      const east = () => [id(i + 1, j, true), point(i + 1, j, i + 1, j + 1)];
      // Land lies to the right of the line's way.
      switch (code) {
        case 8: join(west(), upper()); break;
        case 4: join(upper(), east()); break;
        case 2: join(east(), lower()); break;
        case 1: join(lower(), west()); break;
        case 12: join(west(), east()); break;
        case 6: join(upper(), lower()); break;
        case 3: join(east(), west()); break;
        case 9: join(lower(), upper()); break;
        case 7: join(upper(), west()); break;
        case 11: join(east(), upper()); break;
        case 13: join(lower(), east()); break;
        case 14: join(west(), lower()); break;
        case 10: join(west(), upper()); join(east(), lower()); break;
        default: join(upper(), east()); join(lower(), west());
      }
    }
  }
  return chains(next, points);
}

function chains(next, points) {
  const found = [];
  while (next.size) {
    const [start] = next.keys();
    const line = [];
    let at = start;
    while (next.has(at)) {
      line.push(points.get(at));
      const following = next.get(at);
      next.delete(at);
      at = following;
    }
    found.push(line);
  }
  return found;
}

function longest(found) {
  return found.reduce((best, line) => (line.length > best.length ? line : best), []);
}

/** Takes out the steps of the grid, by the mean of neighbours, twice. */
function smoothed(line) {
  let points = line;
  for (let round = 0; round < 3; round += 1) {
    points = points.map((point, index) => {
      const before = points[(index + points.length - 1) % points.length];
      const after = points[(index + 1) % points.length];
      return [(before[0] + 2 * point[0] + after[0]) / 4, (before[1] + 2 * point[1] + after[1]) / 4];
    });
  }
  return points.filter((_, index) => index % 2 === 0);
}

/** The same line by so many points at equal distances, the first one the nearest to a corner. */
export function resampled(line, count) {
  const lengths = [0];
  for (let index = 1; index <= line.length; index += 1) {
    const [a, b] = [line[index - 1], line[index % line.length]];
    lengths.push(lengths[index - 1] + Math.hypot(b[0] - a[0], b[1] - a[1]));
  }
  const total = lengths[line.length];
  const result = [];
  let index = 0;
  for (let number = 0; number < count; number += 1) {
    const wanted = (total * number) / count;
    while (lengths[index + 1] < wanted) index += 1;
    const t = (wanted - lengths[index]) / (lengths[index + 1] - lengths[index] || 1);
    const [a, b] = [line[index], line[(index + 1) % line.length]];
    result.push([a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]);
  }
  const corner = result.reduce((best, point, at) => (point[0] + point[1] < result[best][0] + result[best][1] ? at : best), 0);
  return [...result.slice(corner), ...result.slice(0, corner)];
}

/** The line as the path of an SVG, rounded through its points. */
export function pathOf(points) {
  const count = points.length;
  if (count < 3) return "";
  const middle = (a, b) => `${((a[0] + b[0]) / 2).toFixed(1)} ${((a[1] + b[1]) / 2).toFixed(1)}`;
  let path = `M${middle(points[count - 1], points[0])}`;
  for (let index = 0; index < count; index += 1) {
    const point = points[index];
    path += `Q${point[0].toFixed(1)} ${point[1].toFixed(1)} ${middle(point, points[(index + 1) % count])}`;
  }
  return `${path}Z`;
}
