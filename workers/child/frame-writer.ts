/** @file Frames to the parent: one JSON object a line on file descriptor 3, written at once so that a crash loses none. */
import { fstatSync, writeSync } from "node:fs";

const FRAME_DESCRIPTOR = 3;

/** False when the process was started without the descriptor (by hand); Node may then use the number for itself. */
export function hasFrameDescriptor(): boolean {
  try {
    const status = fstatSync(FRAME_DESCRIPTOR);
    return status.isFIFO() || status.isSocket() || status.isFile() || status.isCharacterDevice();
  } catch {
    return false;
  }
}

/** @param onParentGone called when nobody reads any more; later frames are dropped */
export function frameWriter<F>(onParentGone: () => void): (frame: F) => void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  let isOpen = true;
  return (frame) => {
    if (!isOpen) return;
    const bytes = Buffer.from(`${JSON.stringify(frame)}\n`);
    for (let done = 0; done < bytes.byteLength; ) {
      try {
        done += writeSync(FRAME_DESCRIPTOR, bytes, done);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") {
          isOpen = false;
          onParentGone();
          return;
        }
        // The pipe is full and does not block: wait for the parent to read.
        Atomics.wait(pause, 0, 0, 2);
      }
    }
  };
}
