"""One step of a measured network, and how long it takes."""

import statistics
import time
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

from networks import MEDIUM, SMALL, Mlp, UNet

BATCH = {"s": 64, "m": 4, "mlp": 1024}
EMA_DECAY = 0.9999


def create(model: str) -> tuple[nn.Module, tuple[int, ...]]:
    """The network and the shape of one sample."""
    torch.manual_seed(1)
    match model:
        case "s":
            return UNet(SMALL), (1, 32, 32)
        case "m":
            return UNet(MEDIUM), (3, 32, 32)
        case _:
            return Mlp(), (2,)


def forward_step(network: nn.Module, x: torch.Tensor, t: torch.Tensor) -> Callable[[], None]:
    network.eval()

    @torch.inference_mode()
    def step() -> None:
        network(x, t)

    return step


def training_step(network: nn.Module, x: torch.Tensor, t: torch.Tensor) -> Callable[[], None]:
    """Forward, mean squared error, backward, gradient norm clipped to 1, AdamW, average of all weights."""
    target = torch.randn_like(x)
    weights = list(network.parameters())
    average = [w.detach().clone() for w in weights]
    optimizer = torch.optim.AdamW(weights, lr=1e-3, weight_decay=0.01, foreach=True)

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        F.mse_loss(network(x, t), target).backward()
        nn.utils.clip_grad_norm_(weights, 1.0, error_if_nonfinite=False)
        optimizer.step()
        with torch.no_grad():
            torch._foreach_mul_(average, EMA_DECAY)
            torch._foreach_add_(average, weights, alpha=1 - EMA_DECAY)

    return step


def measure(model: str, mode: str, layout: str, batch: int | None, warmup: int, steps: int) -> dict[str, float | int]:
    """Median seconds of a step after a warm-up."""
    network, shape = create(model)
    batch = BATCH[model] if batch is None else batch
    x, t = torch.randn(batch, *shape), torch.randint(1000, (batch,))
    if layout == "channels_last":
        network, x = network.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    step = (training_step if mode == "train" else forward_step)(network, x, t)
    for _ in range(warmup):
        step()
    seconds = []
    for _ in range(steps):
        begun = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - begun)
    median = statistics.median(seconds)
    return {
        "seconds_per_step": median,
        "samples_per_second": batch / median,
        "parameters": sum(w.numel() for w in network.parameters()),
    }
