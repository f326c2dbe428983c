"""Ids that Python's `tokenizers` gives to files, as hashes: the judge's side of tests/oracle/compare-encodings.ts.

python tests/oracle/encodings.py <list of files> <tokenizer.json> writes one line a file: the number of ids, and the
sha256 of the ids as little-endian uint32. `--ids <index>` prints the ids of one file instead.
"""

import array
import hashlib
import json
import sys

from tokenizers import Tokenizer

paths = json.load(open(sys.argv[1], encoding="utf-8"))
tokenizer = Tokenizer.from_file(sys.argv[2])


def ids_of(path):
    # As Node's utf8 decoder reads it: what is no UTF-8 becomes U+FFFD, a byte-order mark stays.
    text = open(path, "rb").read().decode("utf-8", "replace")
    return tokenizer.encode(text, add_special_tokens=False).ids


if len(sys.argv) > 4:
    print(json.dumps(ids_of(paths[int(sys.argv[4])])))
else:
    for path in paths:
        ids = ids_of(path)
        data = array.array("I", ids)
        if sys.byteorder == "big":
            data.byteswap()
        print(len(ids), hashlib.sha256(data.tobytes()).hexdigest(), flush=True)
