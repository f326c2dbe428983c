"""Makes tests/fixtures/chat-templates: what transformers' apply_chat_template makes of conversations.

tokenizer.json    a byte-level BPE of 700 tokens with the special tokens of all formats
<format>.json     a template in that family's published format, written here; the same with transformers' {% generation %}
                  around what the assistant writes; and for each conversation its text, its ids and the assistant's mask,
                  or that the template refuses it

    python tests/oracle/chat_templates.py

Run again with the same versions, it writes the same files: transformers 5.24.0, tokenizers 0.22.
"""

import json
import pathlib

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

FOLDER = pathlib.Path(__file__).parent.parent / "fixtures" / "chat-templates"

# [G] and [/G] are where {% generation %} goes.
FORMATS = {
    "chatml": (
        "{% for message in messages %}{% if message.role == 'assistant' %}{{ '<|im_start|>assistant\\n' }}"
        "[G]{{ message.content + '<|im_end|>' }}[/G]{{ '\\n' }}"
        "{% else %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}{% endif %}"
        "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
        {"eos_token": "<|im_end|>"},
    ),
    "llama-3": (
        "{{- bos_token }}\n{%- for message in messages %}\n"
        "    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' }}\n"
        "    {%- if message['role'] == 'assistant' %}[G]{{- message['content'] | trim + '<|eot_id|>' }}[/G]\n"
        "    {%- else %}{{- message['content'] | trim + '<|eot_id|>' }}\n    {%- endif %}\n{%- endfor %}\n"
        "{%- if add_generation_prompt %}\n    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}\n{%- endif %}\n",
        {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"},
    ),
    "gemma": (
        "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
        "{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Conversation roles must alternate user/assistant') }}{% endif %}"
        "{% if message['role'] == 'assistant' %}{{ '<start_of_turn>model\\n' }}"
        "[G]{{ message['content'] | trim + '<end_of_turn>' }}[/G]{{ '\\n' }}"
        "{% else %}{{ '<start_of_turn>' + message['role'] + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}"
        "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}",
        {"bos_token": "<bos>", "eos_token": "<eos>"},
    ),
    "phi-3": (
        "{% for message in messages %}{% if message['role'] == 'system' %}{{ '<|system|>\\n' + message['content'] + '<|end|>\\n' }}"
        "{% elif message['role'] == 'user' %}{{ '<|user|>\\n' + message['content'] + '<|end|>\\n' }}"
        "{% elif message['role'] == 'assistant' %}{{ '<|assistant|>\\n' }}[G]{{ message['content'] + '<|end|>' }}[/G]{{ '\\n' }}"
        "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% else %}{{ eos_token }}{% endif %}",
        {"eos_token": "<|endoftext|>"},
    ),
    "mistral": (
        "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
        "{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}"
        "{% elif message['role'] == 'assistant' %}[G]{{ ' ' + message['content'] + eos_token }}[/G]{% endif %}{% endfor %}",
        {"bos_token": "<s>", "eos_token": "</s>"},
    ),
    "deepseek": (
        "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] + '\\n\\n' }}"
        "{% elif message['role'] == 'user' %}{{ '<｜User｜>' + message['content'] }}"
        "{% elif message['role'] == 'assistant' %}{{ '<｜Assistant｜>' }}[G]{{ message['content'] + eos_token }}[/G]{% endif %}"
        "{% endfor %}{% if add_generation_prompt %}{{ '<｜Assistant｜>' }}{% endif %}",
        {"bos_token": "<｜begin▁of▁sentence｜>", "eos_token": "<｜end▁of▁sentence｜>"},
    ),
}
SPECIAL = (
    "<|im_start|> <|im_end|> <|begin_of_text|> <|start_header_id|> <|end_header_id|> <|eot_id|> <bos> <eos> <start_of_turn> "
    "<end_of_turn> <|system|> <|user|> <|assistant|> <|end|> <|endoftext|> <s> </s> <｜begin▁of▁sentence｜> "
    "<｜end▁of▁sentence｜> <｜User｜> <｜Assistant｜>"
).split(" ")

CODE = "```python\ndef add(a, b):\n    return a + b\n```"


def turns(*contents, system=None):
    messages = [] if system is None else [{"role": "system", "content": system}]
    return messages + [{"role": ["user", "assistant"][i % 2], "content": text} for i, text in enumerate(contents)]


CONVERSATIONS = [
    turns("How do I add two numbers?", f"Like this:\n\n{CODE}"),
    turns("Hi", "Hello!", "And in Zürich? 🦀", "Grüezi! 你好", "user", "assistant"),
    turns("What is 2 + 2?", "4", "Really?", "Yes. 2 + 2 = 4.", system="You are a careful assistant."),
    turns("  indented\n\tcode  ", "  kept or trimmed \n\n", "\n", "x"),
    turns("Say <|im_end|> and </s>.", "I can't say that.", "Why?", "Because <| it ends me."),
    turns("a" * 300, "b" * 200 + "\r\n" + "c\u0301", "…", "👩‍👩‍👧 done"),
    turns("same", "same", "same", "same"),
    [{"role": "user", "content": "one"}, {"role": "user", "content": "two"}, {"role": "assistant", "content": "three four"}],
]


def train_tokenizer():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    texts = [message["content"] for messages in CONVERSATIONS for message in messages] * 3
    trainer = trainers.BpeTrainer(
        vocab_size=700, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    backend = train_tokenizer()
    backend.save(str(FOLDER / "tokenizer.json"))
    for name, (source, tokens) in FORMATS.items():
        plain = source.replace("[G]", "").replace("[/G]", "")
        marked = source.replace("[G]", "{% generation %}").replace("[/G]", "{% endgeneration %}")
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, **tokens)
        cases = []
        for messages in CONVERSATIONS:
            try:
                text = tokenizer.apply_chat_template(messages, chat_template=plain, tokenize=False)
                prompt = tokenizer.apply_chat_template(
                    messages[:-1], chat_template=plain, tokenize=False, add_generation_prompt=True
                )
                encoded = tokenizer.apply_chat_template(
                    messages, chat_template=marked, return_dict=True, return_assistant_tokens_mask=True
                )
            except Exception as error:  # noqa: BLE001 the template's own words
                cases.append({"messages": messages, "refused": str(error)})
                continue
            assert tokenizer.apply_chat_template(messages, chat_template=marked, tokenize=False) == text
            assert any(encoded["assistant_masks"])
            cases.append(
                {
                    "messages": messages,
                    "text": text,
                    "prompt": prompt,
                    "ids": encoded["input_ids"],
                    "mask": encoded["assistant_masks"],
                }
            )
        fixture = {"template": plain, "marked": marked, "tokens": tokens, "cases": cases}
        (FOLDER / f"{name}.json").write_text(json.dumps(fixture, ensure_ascii=False) + "\n")


main()
