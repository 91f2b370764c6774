/** Steps of a choropleth: few, round, and so that each holds about as many wards as the next. */

/** Rounds up to one of 1, 2, 3, 5, 7 × a power of ten. */
export function roundUp(value: number): number {
  if (value <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 3, 5, 7, 10].find((one) => one * power >= value - 1e-9) ?? 10;
  return step * power;
}

/** The upper ends of at most `most` steps for these values; each end is rounded, the last one holds the largest value. */
export function stepsOf(values: readonly number[], most = 5): number[] {
  const sorted = values.filter((value) => value > 0).sort((a, b) => a - b);
  const ends = new Set<number>();
  for (let step = 1; step <= most && sorted.length; step++) {
    ends.add(roundUp(sorted[Math.ceil((step / most) * sorted.length) - 1]!));
  }
  return [...ends].sort((a, b) => a - b);
}

/** In which step a value lies, from 0; -1 for nothing. */
export function stepAt(value: number | null, ends: readonly number[]): number {
  return value === null || value <= 0 ? -1 : ends.findIndex((end) => value <= end);
}
