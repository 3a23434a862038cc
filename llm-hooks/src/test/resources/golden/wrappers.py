# Writes llm-hooks/src/main/resources/org/striatum/hooks/checkpoint/wrappers.json: for each wrapper of several modes, the
# text model it holds, whether it ties its head where its configuration does not say, whether it ties it too where only its
# text's configuration does, and the sizes (and tying) that the text model's class assumes, which configurations on the hub leave out.
import json, sys
from transformers import CONFIG_MAPPING

SIZES = ["hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
         "head_dim", "vocab_size", "max_position_embeddings", "tie_word_embeddings"]
out = {}
for name in ["gemma3", "mistral3", "qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe", "qwen3_5", "qwen3_5_moe", "llava", "llava_next", "llava_onevision",
             "smolvlm", "idefics3", "internvl"]:
    config = CONFIG_MAPPING[name]()
    text = config.text_config
    every = {}
    for kind in ({text.model_type} | ({"mistral", "ministral3"} if name == "mistral3" else set())
                 | ({"llama", "qwen2", "qwen3", "mistral", "phi3", "gemma", "gemma2"} if name in ("llava", "llava_next", "llava_onevision", "smolvlm", "idefics3", "internvl") else set())):
        sizes = CONFIG_MAPPING[kind]().to_dict()
        every[kind] = {k: sizes[k] for k in SIZES if sizes.get(k) is not None}
    follows = CONFIG_MAPPING[name](text_config=dict(model_type=text.model_type, tie_word_embeddings=True),
                                   tie_word_embeddings=False).tie_word_embeddings
    out[name] = {"text": text.model_type, "tied": bool(config.tie_word_embeddings), "follows": bool(follows),
                 "sizes": dict(sorted(every.items()))}
json.dump(out, open(sys.argv[1], "w"), indent=1)
