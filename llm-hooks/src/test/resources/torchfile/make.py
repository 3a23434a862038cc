# Writes small files of torch.save (torch 2): the weights of golden/checkpoints/llama_bf16_sharded as sharded
# pytorch_model.bin, and one file of every kind that the reader must open or refuse.
import glob
import json
import os
import sys
from collections import OrderedDict

import torch
from safetensors.torch import load_file

golden = "../golden/checkpoints/llama_bf16_sharded"
index = json.load(open(golden + "/model.safetensors.index.json"))
os.makedirs("sharded", exist_ok=True)
for shard in sorted(glob.glob(golden + "/model-*.safetensors")):
    name = os.path.basename(shard).replace("model-", "pytorch_model-").replace(".safetensors", ".bin")
    torch.save(load_file(shard), "sharded/" + name)
index["weight_map"] = {k: v.replace("model-", "pytorch_model-").replace(".safetensors", ".bin")
                       for k, v in index["weight_map"].items()}
json.dump(index, open("sharded/pytorch_model.bin.index.json", "w"), indent=1)

a = torch.arange(24, dtype=torch.float32).reshape(4, 6)
state = OrderedDict(
    f32=a, tied=a, rows=a[1:3], f16=a.half(), bf16=a.bfloat16(), f64=a.double() / 3, i64=torch.arange(3),
    i32=torch.arange(3, dtype=torch.int32), u8=torch.arange(5, dtype=torch.uint8), bool=torch.tensor([True, False]),
    scalar=torch.tensor(2.5), empty=torch.zeros(0, 3), parameter=torch.nn.Parameter(a + 1), one=a[:, :1][:1])
state._metadata = OrderedDict({"": {"version": 1}})
torch.save(state, "kinds.bin")
torch.save(state, "protocol4.bin", pickle_protocol=4)
torch.save({"w": a}, "legacy.bin", _use_new_zipfile_serialization=False)
torch.save({"w": a.t()}, "transposed.bin")
torch.save({"w": a, "step": 3}, "checkpoint.bin")
torch.save({"w": {"nested": a}}, "nested.bin")
torch.save({"w": torch.zeros(2, dtype=torch.complex64)}, "complex.bin")
torch.save({"w": a.to_sparse()}, "sparse.bin")


class Call:
    def __reduce__(self):
        return os.system, ("echo run > run-by-a-pickle",)


torch.save({"w": a, "x": Call()}, "system.bin")
torch.save({"w": a, "x": torch.nn.Linear(2, 2)}, "module.bin")
