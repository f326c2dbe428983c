/** Thrown out of a long computation that was asked to end. What it has done so far must not be used. */
export class StopRequested extends Error {
  constructor() {
    super("asked to stop");
    this.name = "StopRequested";
  }
}
