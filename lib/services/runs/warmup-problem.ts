/** Said at once when `max_steps` sets the number, and by the worker when the blocks are counted. */
export const warmupProblem = (warmupSteps: number, totalSteps: number): string =>
  `is ${warmupSteps} but must be below the run's ${totalSteps} steps`;
