/** A set-up step failed. `message` is one sentence for people, `details` the last lines of the program that failed. */
export class SetupError extends Error {
  constructor(message, details = "") {
    super(message);
    this.name = "SetupError";
    this.details = details;
  }
}

/** Ends the process with the sentence of a SetupError; anything else is a fault of ours and keeps its stack. */
export function exitWith(error) {
  if (error instanceof SetupError)
    process.stderr.write(`${error.details ? `${error.details}\n\n` : ""}${error.message}\n`);
  else process.stderr.write(`${error?.stack ?? error}\n`);
  process.exit(1);
}
