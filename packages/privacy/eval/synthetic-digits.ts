/**
 * Digits drawn by rules, to choose features and settings on: no image of a real data set is in them. Each
 * digit is one of a few ways to write it, as strokes, bent, turned, sheared and thickened at random.
 */
const SIDE = 28;

type Point = readonly [x: number, y: number];
type Stroke = readonly Point[];

/** Points on an ellipse, by parts of a turn; 0 is right, a quarter is down. */
function arc(center: Point, radii: Point, [from, to]: Point): Stroke {
  return Array.from({ length: 13 }, (_, at): Point => {
    const angle = 2 * Math.PI * (from + ((to - from) * at) / 12);
    return [center[0] + radii[0] * Math.cos(angle), center[1] + radii[1] * Math.sin(angle)];
  });
}

/** In a square from 0 to 1. */
const shapes: readonly (readonly (readonly Stroke[])[])[] = [
  [[arc([0.5, 0.5], [0.28, 0.42], [0, 1])], [arc([0.5, 0.5], [0.38, 0.4], [0, 1])]],
  [
    [
      [
        [0.5, 0.08],
        [0.5, 0.92],
      ],
    ],
    [
      [
        [0.35, 0.25],
        [0.52, 0.08],
        [0.52, 0.92],
      ],
    ],
  ],
  [
    [[...arc([0.5, 0.3], [0.27, 0.22], [-0.5, 0.1]), [0.22, 0.9], [0.8, 0.9]]],
    [
      [
        ...arc([0.5, 0.3], [0.27, 0.22], [-0.45, 0.15]),
        ...arc([0.35, 0.8], [0.14, 0.12], [0.3, 1]),
        [0.82, 0.9],
      ],
    ],
  ],
  [
    [[...arc([0.48, 0.29], [0.25, 0.2], [-0.45, 0.25]), ...arc([0.48, 0.71], [0.28, 0.22], [-0.25, 0.42])]],
    [[[0.25, 0.1], [0.72, 0.1], [0.47, 0.42], ...arc([0.46, 0.68], [0.28, 0.24], [-0.2, 0.42])]],
  ],
  [
    [
      [
        [0.6, 0.08],
        [0.2, 0.62],
        [0.85, 0.62],
      ],
      [
        [0.65, 0.35],
        [0.65, 0.95],
      ],
    ],
    [
      [
        [0.25, 0.1],
        [0.22, 0.5],
        [0.72, 0.5],
      ],
      [
        [0.73, 0.08],
        [0.7, 0.95],
      ],
    ],
  ],
  [
    [[[0.75, 0.1], [0.32, 0.1], [0.28, 0.45], ...arc([0.46, 0.67], [0.27, 0.24], [-0.3, 0.42])]],
    [
      [[0.3, 0.12], [0.28, 0.45], ...arc([0.45, 0.67], [0.27, 0.24], [-0.3, 0.42])],
      [
        [0.3, 0.12],
        [0.75, 0.08],
      ],
    ],
  ],
  [
    [[[0.62, 0.08], [0.36, 0.4], ...arc([0.5, 0.68], [0.23, 0.23], [0.5, 1.5])]],
    [[...arc([0.65, 0.55], [0.38, 0.46], [0.72, 0.5]), ...arc([0.5, 0.7], [0.23, 0.21], [0.5, 1.5])]],
  ],
  [
    [
      [
        [0.2, 0.12],
        [0.78, 0.12],
        [0.42, 0.93],
      ],
    ],
    [
      [
        [0.22, 0.2],
        [0.25, 0.1],
        [0.78, 0.12],
        [0.45, 0.93],
      ],
      [
        [0.35, 0.5],
        [0.75, 0.5],
      ],
    ],
  ],
  [
    [[...arc([0.5, 0.28], [0.21, 0.19], [0.25, 1.25])], [...arc([0.5, 0.7], [0.25, 0.22], [-0.25, 0.75])]],
    [
      [
        [0.72, 0.15],
        ...arc([0.45, 0.25], [0.2, 0.16], [-0.1, -0.6]),
        [0.62, 0.6],
        ...arc([0.47, 0.76], [0.2, 0.17], [0, 0.6]),
        [0.72, 0.15],
      ],
    ],
  ],
  [
    [[...arc([0.48, 0.3], [0.23, 0.22], [0, 1]), [0.7, 0.35], [0.62, 0.93]]],
    [[...arc([0.48, 0.3], [0.23, 0.22], [0, 1]), ...arc([0.35, 0.4], [0.36, 0.5], [0, 0.3])]],
  ],
];

/** One drawing of a digit, 28 x 28, and its digit. */
export function drawDigit(random: () => number): { readonly image: Uint8Array; readonly label: number } {
  const label = Math.floor(random() * 10);
  const ways = shapes[label] ?? [];
  const way = ways[Math.floor(random() * ways.length)] ?? [];
  const bend = bender(random);
  const image = new Float32Array(SIDE * SIDE);
  const radius = 0.75 + random() * 0.8;
  for (const stroke of way) {
    const points = stroke.map(bend);
    for (const [at, to] of points.entries()) paint(image, [points[at - 1] ?? to, to], radius);
  }
  return { image: centred(image), label };
}

/** A random way to turn, shear, stretch and wobble. */
function bender(random: () => number): (point: Point) => Point {
  const spread = (width: number) => (random() + random() + random() - 1.5) * width;
  const [turn, shear, wide, high] = [spread(0.3), spread(0.6), 17 * (1 + spread(0.4)), 20];
  const waves = Array.from({ length: 4 }, () => ({
    size: spread(1.6),
    at: random() * 6.3,
    often: 3 + random() * 4,
  }));
  return ([px, py]) => {
    const [x, y] = [(px - 0.5 + shear * (0.5 - py)) * wide, (py - 0.5) * high];
    const [a, b, c, d] = waves.map(({ size, at, often }) => size * Math.sin(at + often * (px + 0.7 * py)));
    return [
      14 + x * Math.cos(turn) - y * Math.sin(turn) + (a ?? 0) + (b ?? 0),
      14 + x * Math.sin(turn) + y * Math.cos(turn) + (c ?? 0) + (d ?? 0),
    ];
  };
}

function paint(image: Float32Array, [from, to]: readonly [Point, Point], radius: number): void {
  const steps = Math.max(1, Math.ceil(2 * Math.hypot(to[0] - from[0], to[1] - from[1])));
  for (let step = 0; step <= steps; step += 1) {
    const x = from[0] + ((to[0] - from[0]) * step) / steps;
    const y = from[1] + ((to[1] - from[1]) * step) / steps;
    for (let py = Math.max(0, Math.floor(y - 3)); py < Math.min(SIDE, y + 4); py += 1) {
      for (let px = Math.max(0, Math.floor(x - 3)); px < Math.min(SIDE, x + 4); px += 1) {
        const ink = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(px - x, py - y)));
        image[py * SIDE + px] = Math.max(image[py * SIDE + px] ?? 0, ink);
      }
    }
  }
}

/** Moves the middle of the ink to the middle of the image. */
function centred(image: Float32Array): Uint8Array {
  let [ink, sumX, sumY] = [0, 0, 0];
  for (const [at, value] of image.entries()) {
    ink += value;
    sumX += value * (at % SIDE);
    sumY += value * Math.floor(at / SIDE);
  }
  const [moveX, moveY] = [Math.round(sumX / ink - 13.5), Math.round(sumY / ink - 13.5)];
  return Uint8Array.from(image, (_, at) => {
    const [x, y] = [(at % SIDE) + moveX, Math.floor(at / SIDE) + moveY];
    return x < 0 || y < 0 || x >= SIDE || y >= SIDE ? 0 : Math.round(255 * (image[y * SIDE + x] ?? 0));
  });
}
