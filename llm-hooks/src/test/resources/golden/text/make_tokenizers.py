"""Makes the folders beside it (small tokenizers in the layouts of the hub) and tokenizers.json (texts and their ids).

Run with transformers 4.57.6, tokenizers 0.23.2 and sentencepiece 0.2.2. Folders named spm-* are read by sentencepiece
itself, all others by AutoTokenizer. `make_tokenizers.py 5` makes only the layouts in which version 4 needs files that are not
there or does otherwise, with transformers 5.18.0.
"""

import json
import os
import random
import shutil
import sys

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = ("the model adds numbers question answer box eggs how many are in total sum of two three and is what value so "
         "then because number boxes each").split()
TEXTS = ["", "hello world", " answer", "  two  spaces ", "12 + 30 = 42", "<s>hi</s> there", "a<|im_start|>user\nx",
         "\u00e9\u4f60\u597d", "Question: how many eggs?\nAnswer:", "the [PAD] token", "a\n\nb", "<sep> and <pad>"]
FAST = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}


def corpus():
    chance = random.Random(0)
    return [" ".join(chance.choice(WORDS) for _ in range(8)) + chance.choice([".", "?", " 12 + 7 = 19"])
            for _ in range(800)]


def write(folder, name, value):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        if isinstance(value, str):
            file.write(value)
        else:
            json.dump(value, file, ensure_ascii=False)
            file.write("\n")


def fresh(name):
    folder = os.path.join(HERE, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def byte_level():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=300, special_tokens=["<pad>", "<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return json.loads(tokenizer.to_str())


def with_template(tokenizer):
    template = Tokenizer.from_str(json.dumps(tokenizer))
    template.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", 1)])
    return json.loads(template.to_str())


def json_layouts():
    plain = byte_level()
    for name, tokenizer, config in [
            ("llama-adds-bos", plain, {"tokenizer_class": "LlamaTokenizerFast", "add_bos_token": True}),
            ("llama-adds-eos-only", with_template(plain),
             {"tokenizer_class": "LlamaTokenizer", "add_bos_token": False, "add_eos_token": True}),
            ("fast-ignores-add-bos", plain, {"tokenizer_class": "PreTrainedTokenizerFast", "add_bos_token": True}),
            ("template-adds-bos", with_template(plain), {"tokenizer_class": "PreTrainedTokenizerFast"}),
            ("gpt-neox-adds-bos", plain, {"tokenizer_class": "GPTNeoXTokenizer", "add_bos_token": True}),
            ("token-in-config-only", plain, {
                "tokenizer_class": "PreTrainedTokenizerFast",
                "added_tokens_decoder": {"300": {"content": "<|im_start|>", "lstrip": False, "normalized": False,
                                                 "rstrip": False, "single_word": False, "special": True}}}),
            ("token-by-role-only", plain, {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]",
                                           "additional_special_tokens": ["<sep>"]})]:
        folder = fresh(name)
        write(folder, "tokenizer.json", tokenizer)
        write(folder, "tokenizer_config.json", {**FAST, **config})
    folder = fresh("older-files")
    write(folder, "tokenizer.json", plain)
    write(folder, "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast"})
    write(folder, "special_tokens_map.json", FAST)
    write(folder, "added_tokens.json", {"<|im_start|>": 300})
    for name, config in [("gpt2-files", {"tokenizer_class": "GPT2Tokenizer"}),
                         ("gpt2-files-adds-bos", {"tokenizer_class": "GPT2Tokenizer", "add_bos_token": True}),
                         ("qwen2-files", {"tokenizer_class": "Qwen2Tokenizer"})]:
        folder = fresh(name)
        write(folder, "vocab.json", plain["model"]["vocab"])
        write(folder, "merges.txt", "#version: 0.2\n" + "".join(" ".join(pair) + "\n" for pair in plain["model"]["merges"]))
        write(folder, "tokenizer_config.json", {"unk_token": "</s>", **FAST, **config})


def sentence_piece_layouts():
    import sentencepiece
    lines = os.path.join(HERE, "lines.txt")
    with open(lines, "w", encoding="utf-8") as file:
        file.write("\n".join(corpus()))
    common = {"input": lines, "normalization_rule_name": "identity", "hard_vocab_limit": False, "minloglevel": 2}
    bpe = {"model_type": "bpe", "vocab_size": 400, "byte_fallback": True, "remove_extra_whitespaces": False}
    for name, training, config in [
            ("llama-model", bpe, {"tokenizer_class": "LlamaTokenizer"}),
            ("llama-model-not-legacy", bpe, {"tokenizer_class": "LlamaTokenizer", "legacy": False}),
            ("gemma-model", {**bpe, "add_dummy_prefix": False, "pad_id": 0, "eos_id": 1, "bos_id": 2, "unk_id": 3,
                             "eos_piece": "<eos>", "bos_piece": "<bos>"}, {"tokenizer_class": "GemmaTokenizer"}),
            ("spm-bpe", bpe, None),
            ("spm-unigram", {"model_type": "unigram", "vocab_size": 120}, None),
            ("spm-unigram-bytes", {"model_type": "unigram", "vocab_size": 400, "byte_fallback": True,
                                   "remove_extra_whitespaces": False}, None)]:
        folder = fresh(name)
        sentencepiece.SentencePieceTrainer.train(model_prefix=os.path.join(folder, "tokenizer"), **common, **training)
        os.remove(os.path.join(folder, "tokenizer.vocab"))
        if config:
            write(folder, "tokenizer_config.json", config)
    os.remove(lines)


def prepended():
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(),
                                           decoders.Strip(" ", 1, 0)])
    tokenizer.train_from_iterator([word for line in corpus() for word in line.split(" ")], trainers.BpeTrainer(
        vocab_size=420, special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)],
        show_progress=False))
    made = json.loads(tokenizer.to_str())
    made["added_tokens"] = made["added_tokens"][:3]
    return made


def layouts_of_five():
    plain = byte_level()
    listed = {str(token["id"]): {key: value for key, value in token.items() if key != "id"}
              for token in plain["added_tokens"]}
    listed["0"].update(lstrip=True, rstrip=True)
    made = []
    for name, tokenizer, config in [
            ("gpt2-prefix-space", plain, {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": True}),
            ("llama-no-prefix-space", prepended(),
             {"tokenizer_class": "LlamaTokenizer", "add_bos_token": False, "add_prefix_space": False, "pad_token": None}),
            ("flags-in-config", plain, {"tokenizer_class": "PreTrainedTokenizerFast", "added_tokens_decoder": listed})]:
        folder = fresh(name)
        write(folder, "tokenizer.json", tokenizer)
        write(folder, "tokenizer_config.json", {"unk_token": tokenizer["added_tokens"][0]["content"], **FAST, **config})
        made.append(name)
    return made


def expected(only=None):
    golden = {}
    if only:
        with open(os.path.join(HERE, "tokenizers.json"), encoding="utf-8") as file:
            golden = json.load(file)
    for name in sorted(os.listdir(HERE)):
        folder = os.path.join(HERE, name)
        if not os.path.isdir(folder) or name == "chat" or (only and name not in only):
            continue
        if name.startswith("spm-"):
            import sentencepiece
            model = sentencepiece.SentencePieceProcessor(model_file=os.path.join(folder, "tokenizer.model"))
            # Special tokens in a text are the business of whoever calls SentencePiece.
            golden[name] = [{"text": text, "ids": model.encode(text), "bare": model.encode(text)}
                            for text in TEXTS if "<s>" not in text]
        else:
            tokenizer = AutoTokenizer.from_pretrained(folder)
            golden[name] = [{"text": text, "ids": tokenizer(text).input_ids,
                             "bare": tokenizer(text, add_special_tokens=False).input_ids} for text in TEXTS]
    with open(os.path.join(HERE, "tokenizers.json"), "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(f'"{name}": [\n' + ",\n".join(json.dumps(case) for case in cases) + "]"
                                      for name, cases in sorted(golden.items())) + "}\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["5"]:
        expected(layouts_of_five())
    else:
        json_layouts()
        sentence_piece_layouts()
        expected()
