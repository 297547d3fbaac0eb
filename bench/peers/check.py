"""Holds the network to recorded outputs of diffusers' UNet2DModel, so that the peer provably is the same network."""

import json
from pathlib import Path

import numpy as np
import torch

from networks import UNet, UNetConfig

TOLERANCE = 1e-5  # of the largest value
DTYPES = {"F64": np.float64, "F32": np.float32, "F16": np.float16, "I64": np.int64}


def read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    """Eight bytes of header length, a JSON header, then the numbers."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)

    def tensor(entry: dict) -> torch.Tensor:
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data[start + begin : start + end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
        return torch.from_numpy(values.astype(np.float32) if values.dtype == np.float16 else values.copy())

    return {name: tensor(entry) for name, entry in header.items()}


def read_config(path: Path) -> UNetConfig:
    c = json.loads(path.read_text())
    return UNetConfig(
        channels=tuple(c["block_out_channels"]),
        down=tuple(kind == "AttnDownBlock2D" for kind in c["down_block_types"]),
        up=tuple(kind == "AttnUpBlock2D" for kind in c["up_block_types"]),
        in_channels=c["in_channels"],
        out_channels=c["out_channels"],
        layers=c["layers_per_block"],
        head_width=c["attention_head_dim"],
        groups=c["norm_num_groups"],
        eps=c["norm_eps"],
        downsample_padding=c["downsample_padding"],
        freq_shift=c["freq_shift"],
        cosine_first=c["flip_sin_to_cos"],
    )


def check(folder: Path, layout: str) -> bool:
    """Compares the output for a recorded input; says by how much it differs."""
    network = UNet(read_config(folder / "config.json"))
    network.load_state_dict(read_safetensors(folder / "diffusion_pytorch_model.safetensors"))
    golden = read_safetensors(folder / "golden.safetensors")
    x, expected = golden["in/x"], golden["out"]
    if layout == "channels_last":
        network, x = network.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        difference = ((network(x, golden["in/t"]) - expected).abs().max() / expected.abs().max()).item()
    print(f"{folder.name}: {layout}, largest difference {difference:.2e} of the largest value")
    return difference <= TOLERANCE
