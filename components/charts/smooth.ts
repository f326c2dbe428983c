/**
 * Exponential moving average, corrected for its start (Adam's bias correction), so that the first values are not pulled to 0.
 * `weight` is the share of the past, 0 ≤ weight < 1.
 */
export function smooth(points: { x: number; y: number }[], weight: number): { x: number; y: number }[] {
  let sum = 0;
  let share = 1;
  return points.map(({ x, y }) => {
    sum = weight * sum + (1 - weight) * y;
    share *= weight;
    return { x, y: sum / (1 - share) };
  });
}
