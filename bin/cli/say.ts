/** Sentences for people go to standard error; standard output belongs to results. */
export const say = (sentence: string): void => {
  process.stderr.write(`${sentence}\n`);
};
