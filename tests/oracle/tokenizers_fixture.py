"""Writes lib/tokenizers/fixtures/python-tokenizers.json: what Python's `tokenizers` makes of a small corpus.

python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install tokenizers==0.23.3
/tmp/oracle/bin/python tests/oracle/tokenizers_fixture.py

The corpus is made here by a linear congruential generator, so that the fixture can be made again to the byte.
"""

import json
import pathlib

from tokenizers import AddedToken, Regex, Tokenizer, __version__, decoders, models, normalizers, pre_tokenizers, trainers

PINNED = "0.23.3"
assert __version__ == PINNED, f"tokenizers {PINNED} is needed, this is {__version__}"

ROOT = pathlib.Path(__file__).resolve().parents[2]
OURS = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s*[\r\n]+[ \t]*|\s+(?!\S)|\s+"
CL100K = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = ["<|endoftext|>", "<|fim_prefix|>", "<|fim_middle|>"]

state = 12345


def pick(items):
    global state
    state = (state * 1103515245 + 12345) % 2**31
    return items[(state >> 8) % len(items)]


NOUNS = "value name index count total item list user path block token größe 名前 данные".split()
TEXTS = ["it's", "café", "naïve 😀", "don't", "=====", "--------"]
VERBS = "get set find list update remove parse read write".split()


def statement(depth):
    pad = pick(["    ", "  ", "\t"]) * depth
    kind = pick(range(6))
    noun, verb = pick(NOUNS), pick(VERBS)
    if kind == 0:
        return f"{pad}const {noun} = {verb}{noun.capitalize()}({pick(NOUNS)}, {pick(range(2000))});\n"
    if kind == 1:
        return f"{pad}if ({noun} === {pick(range(99))}) {{\n{statement(depth + 1)}{pad}}}\n"
    if kind == 2:
        return f"{pad}return self.{noun}_{pick(NOUNS)} + [{pick(range(9))}, {pick(range(9))}]\n"
    if kind == 3:
        return f'{pad}{noun}.{verb}("{pick(TEXTS)}")\r\n'
    if kind == 4:
        return f"{pad}// {verb} the {noun} of {pick(NOUNS)}s\n\n"
    return f"{pad}for {noun} in range({pick(range(500))}):\n{statement(depth + 1)}"


CORPUS = ["".join(statement(0) for _ in range(25)) for _ in range(60)]

SAMPLES = [
    "",
    " ",
    "a",
    "function add(a, b) {\n    return a + b;\n}\n",
    "def f(x):\n\tif x:\n\t\treturn  x  # two  blanks \n\n\n",
    "x = 1234567.89e-10\r\n  y\r\n\r\n",
    "it's we're I'LL don't",
    "na\u00efve cafe\u0301 \u00c5ngstr\u00f6m \ufb01",
    "\u4f60\u597d\uff0c\u4e16\u754c \u0645\u0631\u062d\u0628\u0627 \U0001f469\u200d\U0001f4bb \U0001f600",
    "a\u00a0b\u2003c\u3000d\u0085e\ufefff\u200bg",
    "\u00b2\u00bd\u2167\u0663 1\u00b2",
    "\x00\x01\x7f\t\v\f",
    "before<|endoftext|>after <|fim_prefix|> <|fim_pre",
    "=" * 70 + "a" * 130 + " " * 90 + "\n" * 60,
    "____init____ __proto__ constructor.prototype",
    # Combining marks that are younger than the library's tables stay where they are.
    "a\u07f3\u07fd e\u0323\u0301 \u1ab0\u1abf",
    "  leading, <b> and  \t trailing  ",
    "H\u00c9LLO \u03a3\u03a3 \u4e2dA unaffable",
]


def train(pre_tokenizer, normalizer=None, size=560, **model):
    tokenizer = Tokenizer(models.BPE(**model))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        CORPUS,
        trainers.BpeTrainer(
            vocab_size=size,
            min_frequency=2,
            special_tokens=SPECIAL,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return tokenizer


def byte_level(use_regex):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)


def split(pattern):
    return pre_tokenizers.Split(Regex(pattern), "isolated")


ours = train(pre_tokenizers.Sequence([split(OURS), byte_level(False)]), size=600)
smol = train(pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level(True)]))
qwen = train(pre_tokenizers.Sequence([split(CL100K), byte_level(False)]), normalizers.NFC())
qwen.add_tokens([AddedToken("caf\u00e9", normalized=True), AddedToken("__init__", normalized=False)])
whole = train(pre_tokenizers.Sequence([split(CL100K), byte_level(False)]))
whole_json = json.loads(whole.to_str())
whole_json["model"]["ignore_merges"] = True
# A word that its own merges do not reach: only `ignore_merges` finds it.
whole_json["model"]["vocab"]["constructor"] = len(whole_json["model"]["vocab"])
whole = Tokenizer.from_str(json.dumps(whole_json))



def plain_train(model, trainer, normalizer, pre_tokenizer, decoder, added=()):
    tokenizer = Tokenizer(model)
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre_tokenizer is not None:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoder
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_tokens(list(added))
    return tokenizer


BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
SP_DECODER = [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()]
llama_normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
llama = plain_train(
    models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"),
    trainers.BpeTrainer(vocab_size=700, special_tokens=["<unk>", "<s>", "</s>"] + BYTES, show_progress=False),
    llama_normalizer,
    pre_tokenizers.Split("\u2581", "merged_with_next"),
    decoders.Sequence([*SP_DECODER, decoders.Strip(" ", 1, 0)]),
    [AddedToken("<b>", normalized=False, lstrip=True, rstrip=True)],
)
# Trained on words, used on whole texts, as those models are.
llama.pre_tokenizer = None
llama_json = json.loads(llama.to_str())
for token in llama_json["added_tokens"]:
    token["special"] = token["special"] and not token["content"].startswith("<0x")
llama_json["added_tokens"] = [t for t in llama_json["added_tokens"] if not t["content"].startswith("<0x")]
llama = Tokenizer.from_str(json.dumps(llama_json))
gemma_json = json.loads(llama.to_str())
gemma_json["normalizer"] = {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}
gemma_json["pre_tokenizer"] = {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False}
gemma_json["decoder"]["decoders"].pop()
gemma = Tokenizer.from_str(json.dumps(gemma_json))
bert = plain_train(
    models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100),
    trainers.WordPieceTrainer(vocab_size=400, special_tokens=["[UNK]", "[MASK]"], show_progress=False),
    normalizers.BertNormalizer(),
    pre_tokenizers.BertPreTokenizer(),
    decoders.WordPiece(),
    [AddedToken("affable", single_word=True)],
)
unigram = plain_train(
    models.Unigram(),
    trainers.UnigramTrainer(vocab_size=400, special_tokens=["<unk>", "</s>"], unk_token="<unk>", show_progress=False),
    normalizers.Sequence([normalizers.NFKC(), normalizers.Strip()]),
    pre_tokenizers.Metaspace(),
    decoders.Metaspace(),
)
removed = train(
    pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(CL100K), "removed", invert=True), byte_level(False)])
)
many = train(
    pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\p{N}{1,3}"), "isolated"),
            pre_tokenizers.Split("_", "merged_with_next"),
            pre_tokenizers.Split("=", "contiguous"),
            pre_tokenizers.Punctuation("merged_with_previous"),
            byte_level(True),
        ]
    )
)


def case(name, tokenizer, decodes=True):
    encoded = [tokenizer.encode(text, add_special_tokens=False).ids for text in SAMPLES]
    return {
        "name": name,
        "tokenizer": json.loads(tokenizer.to_str()),
        "ids": encoded,
        "decoded": [tokenizer.decode(ids, skip_special_tokens=False) for ids in encoded] if decodes else None,
    }


fixture = {
    "made_with": f"tokenizers {PINNED}",
    "corpus": CORPUS,
    "samples": SAMPLES,
    "cases": [
        case("our pattern", ours),
        case("single digits, then the GPT-2 pattern", smol),
        # The library reads the bytes of the added token "caf\u00e9" out of its characters, which gives no UTF-8.
        case("NFC, cl100k pattern, added tokens", qwen, decodes=False),
        case("whole words before merges", whole),
        case("characters with bytes, a space in front", llama),
        case("characters with bytes, as Gemma", gemma),
        case("WordPiece, as BERT", bert),
        case("Unigram, Metaspace", unigram),
        case("what the pattern does not match is removed", removed),
        case("several splits in turn", many),
    ],
}
target = ROOT / "lib/tokenizers/fixtures/python-tokenizers.json"
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(json.dumps(fixture, ensure_ascii=True, separators=(",", ":")) + "\n")
print(target, target.stat().st_size)
