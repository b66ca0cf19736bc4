"""Streaming ONNX models without weights, that sherpa-onnx really loads and runs.

The CTC model says 好 while it is loud. The transducer then hears 张 and 章 equally well, so that a hotword
decides. Their metadata is what sherpa-onnx asks of models of their kind.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CHUNK = 32
"""Feature frames a step; a token stands for four of them."""

FRAMES = CHUNK + 13
LOUD = -3.0
"""Mean log energy of a band from which a frame is loud."""

META = {
    "version": "1", "encoder_dims": "4", "query_head_dims": "4", "value_head_dims": "4", "num_heads": "1",
    "num_encoder_layers": "1", "cnn_module_kernels": "3", "left_context_len": "8", "T": str(FRAMES),
    "decode_chunk_len": str(CHUNK),
}  # fmt: skip
STATES = {
    "cached_key_0": [8, "N", 4], "cached_nonlin_attn_0": [1, "N", 8, 3], "cached_val1_0": [8, "N", 4],
    "cached_val2_0": [8, "N", 4], "cached_conv1_0": ["N", 4, 1], "cached_conv2_0": ["N", 4, 1],
    "embed_states": ["N", 128, 3, 19],
}  # fmt: skip


def ctc(folder: Path) -> None:
    """A zipformer2 CTC model with the token 好."""
    _write(folder, "ctc-toy.onnx", _encoder("log_probs", [0.0, 1.0]), META | {"model_type": "zipformer2"})
    _tokens(folder, ["<blk>", "好"])


def transducer(folder: Path) -> None:
    """A zipformer2 transducer with the tokens 张, 章 and 伟."""
    weights = [0.0, 1.0, 1.0, 0.9]
    _write(folder, "encoder-toy.onnx", _encoder("encoder_out", weights), META | {"model_type": "zipformer2"})
    size = len(weights)
    y = helper.make_tensor_value_info("y", TensorProto.INT64, ["N", 2])
    decoder_out = helper.make_tensor_value_info("decoder_out", TensorProto.FLOAT, ["N", size])
    shape = [
        _constant("nothing", np.zeros((1, size), np.float32)),
        _constant("zero", np.float32(0)),
        _constant("one", np.array([1])),
    ]
    nodes = [
        helper.make_node("Cast", ["y"], ["y_float"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["y_float", "one"], ["sum"], keepdims=1),
        helper.make_node("Mul", ["sum", "zero"], ["none"]),
        helper.make_node("Add", ["none", "nothing"], ["decoder_out"]),
    ]
    graph = helper.make_graph(nodes, "decoder", [y], [decoder_out], shape)
    _write(folder, "decoder-toy.onnx", graph, {"vocab_size": str(size), "context_size": "2"})
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", size])
        for name in ("encoder_out", "decoder_out")
    ]
    logit = helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["N", size])
    nodes = [helper.make_node("Add", ["encoder_out", "decoder_out"], ["logit"])]
    _write(
        folder,
        "joiner-toy.onnx",
        helper.make_graph(nodes, "joiner", inputs, [logit]),
        {"joiner_dim": str(size)},
    )
    _tokens(folder, ["<blk>", "章", "张", "伟"])


def _encoder(output: str, weights: list[float]) -> Any:
    """Loudness of every fourth frame, times a weight for each token; blank where it is quiet."""
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", FRAMES, 80])]
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["N", CHUNK // 4, len(weights)])]
    nodes = []
    states: dict[str, tuple[int, list[Any]]] = {name: (TensorProto.FLOAT, s) for name, s in STATES.items()}
    states["processed_lens"] = (TensorProto.INT64, ["N"])
    for name, (kind, shape) in states.items():
        inputs.append(helper.make_tensor_value_info(name, kind, shape))
        outputs.append(helper.make_tensor_value_info(f"new_{name}", kind, shape))
        nodes.append(helper.make_node("Identity", [name], [f"new_{name}"]))
    values = {
        "from": np.array([0]), "to": np.array([CHUNK]), "axis": np.array([1]), "step": np.array([4]),
        "bands": np.array([2]), "loud": np.float32(LOUD), "weights": np.array(weights, np.float32),
    }  # fmt: skip
    constants = [_constant(name, value) for name, value in values.items()]
    nodes += [
        helper.make_node("Slice", ["x", "from", "to", "axis", "step"], ["quarter"]),
        helper.make_node("ReduceMean", ["quarter", "bands"], ["energy"], keepdims=1),
        helper.make_node("Sub", ["energy", "loud"], ["above"]),
        helper.make_node("Mul", ["above", "weights"], ["scores"]),
        helper.make_node("LogSoftmax", ["scores"], [output], axis=2),
    ]
    return helper.make_graph(nodes, "encoder", inputs, outputs, constants)


def _constant(name: str, value: Any) -> Any:
    return numpy_helper.from_array(np.asarray(value), name)


def _write(folder: Path, name: str, graph: Any, meta: dict[str, str]) -> None:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 9
    for key, value in meta.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(model)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(folder / name))


def _tokens(folder: Path, tokens: list[str]) -> None:
    lines = "".join(f"{token} {number}\n" for number, token in enumerate(tokens))
    (folder / "tokens.txt").write_text(lines, encoding="utf-8")


TOYS: dict[str, Callable[[Path], None]] = {"ctc": ctc, "transducer": transducer}
