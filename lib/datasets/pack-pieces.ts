/** @file Packing pieces into blocks with little padding: best fit, the longest first (Ding et al. 2024). */

/**
 * Piece indices of each block. Inside a block they keep their order, and blocks are in the order of their first piece.
 * Deterministic. O(pieces × (log pieces + blockLength / 32)).
 * @param lengths each from 1 to blockLength
 */
export function packPieces(lengths: ArrayLike<number>, blockLength: number): number[][] {
  const order = Uint32Array.from({ length: lengths.length }, (_, index) => index).sort(
    (a, b) => (lengths[b] as number) - (lengths[a] as number) || a - b,
  );
  const blocks: number[][] = [];
  // Blocks by the room that they have left; one bit for each room that some block has.
  const byRoom: number[][] = Array.from({ length: blockLength + 1 }, () => []);
  const rooms = new Uint32Array((blockLength >> 5) + 1);
  for (const piece of order) {
    const length = lengths[piece] as number;
    const room = findRoom(rooms, length);
    let block: number;
    if (room < 0) {
      block = blocks.length;
      blocks.push([piece]);
    } else {
      const list = byRoom[room] as number[];
      block = list.pop() as number;
      if (list.length === 0) rooms[room >> 5] = (rooms[room >> 5] as number) & ~(1 << (room & 31));
      (blocks[block] as number[]).push(piece);
    }
    const left = (room < 0 ? blockLength : room) - length;
    if (left > 0) {
      (byRoom[left] as number[]).push(block);
      rooms[left >> 5] = (rooms[left >> 5] as number) | (1 << (left & 31));
    }
  }
  for (const block of blocks) block.sort((a, b) => a - b);
  return blocks.sort((a, b) => (a[0] as number) - (b[0] as number));
}

/** The smallest room of at least `length`, or -1. */
function findRoom(rooms: Uint32Array, length: number): number {
  let word = length >> 5;
  let bits = (rooms[word] as number) & (0xffffffff << (length & 31));
  while (bits === 0) {
    word++;
    if (word >= rooms.length) return -1;
    bits = rooms[word] as number;
  }
  return word * 32 + 31 - Math.clz32(bits & -bits);
}
