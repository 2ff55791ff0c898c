/** Histograms of oriented gradients for images of 28 x 28: nothing in them is learned from data. */

const SIDE = 28;
const CELL = 4;
const CELLS = SIDE / CELL;
const ORIENTATIONS = 12;
/** Numbers per image. */
export const hogCount = CELLS * CELLS * ORIENTATIONS;

/**
 * Gradients by central differences, shared out between the nearest directions (signed) and cells; each
 * cell is divided by the energy around it, and the whole has length 1.
 */
export function hog(image: Uint8Array): Float32Array {
  const cells = new Float32Array(hogCount);
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const dx = pixel(image, x + 1, y) - pixel(image, x - 1, y);
      const dy = pixel(image, x, y + 1) - pixel(image, x, y - 1);
      const size = Math.hypot(dx, dy);
      if (size > 0) share(cells, { x, y, size, turn: Math.atan2(dy, dx) / (2 * Math.PI) + 1 });
    }
  }
  return scaled(normalised(cells));
}

function pixel(image: Uint8Array, x: number, y: number): number {
  return x < 0 || y < 0 || x >= SIDE || y >= SIDE ? 0 : (image[y * SIDE + x] ?? 0) / 255;
}

/** Linear interpolation in both places and in direction. */
function share(
  cells: Float32Array,
  {
    x,
    y,
    size,
    turn,
  }: { readonly x: number; readonly y: number; readonly size: number; readonly turn: number },
): void {
  const place = (value: number) => (value + 0.5) / CELL - 0.5;
  const [cx, cy, direction] = [place(x), place(y), turn * ORIENTATIONS];
  for (const at of corners(cx)) {
    for (const down of corners(cy)) {
      if (at.index < 0 || at.index >= CELLS || down.index < 0 || down.index >= CELLS) continue;
      for (const way of corners(direction)) {
        const index = (down.index * CELLS + at.index) * ORIENTATIONS + (way.index % ORIENTATIONS);
        cells[index] = (cells[index] ?? 0) + size * at.weight * down.weight * way.weight;
      }
    }
  }
}

function corners(value: number): readonly { readonly index: number; readonly weight: number }[] {
  const index = Math.floor(value);
  return [
    { index, weight: index + 1 - value },
    { index: index + 1, weight: value - index },
  ];
}

function normalised(cells: Float32Array): Float32Array {
  const energies = new Float32Array(CELLS * CELLS);
  for (const [at, value] of cells.entries()) {
    const cell = Math.floor(at / ORIENTATIONS);
    energies[cell] = (energies[cell] ?? 0) + value * value;
  }
  return cells.map((value, at) => {
    const cell = Math.floor(at / ORIENTATIONS);
    const [x, y] = [cell % CELLS, Math.floor(cell / CELLS)];
    let energy = 0.1;
    for (let dy = -1; dy <= 1; dy += 1) {
      for (let dx = -1; dx <= 1; dx += 1) {
        if (x + dx < 0 || x + dx >= CELLS || y + dy < 0 || y + dy >= CELLS) continue;
        energy += energies[(y + dy) * CELLS + x + dx] ?? 0;
      }
    }
    return Math.sqrt(value / Math.sqrt(energy));
  });
}

function scaled(values: Float32Array): Float32Array {
  const length = Math.hypot(...values);
  return length === 0 ? values : values.map((value) => value / length);
}
