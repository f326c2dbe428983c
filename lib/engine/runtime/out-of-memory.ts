/** @file What libraries say when memory runs out: each has words of its own. */

export const OUT_OF_MEMORY =
  /out of memory|outofmemory|bad_alloc|failed to allocate|allocation failed|cannot allocate memory|Invalid typed array length/i;
