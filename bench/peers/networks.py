"""The measured networks. Modules carry the parameter names of diffusers' UNet2DModel, so that its weights load unchanged."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class UNetConfig:
    """The part of UNet2DModel's config.json that these networks use. A block is True where it has attention."""

    channels: tuple[int, ...]
    down: tuple[bool, ...]
    up: tuple[bool, ...]
    in_channels: int = 3
    out_channels: int = 3
    layers: int = 2
    head_width: int | None = 8  # None: one head of the full width
    groups: int = 32
    eps: float = 1e-5
    downsample_padding: int = 1  # 0: one row and column of zeros at the far edges
    freq_shift: int = 0
    cosine_first: bool = True


SMALL = UNetConfig((32, 64, 128), (False, False, True), (True, False, False), in_channels=1, out_channels=1)
MEDIUM = UNetConfig(
    (128, 256, 256, 256),
    (False, True, False, False),
    (False, False, True, False),
    head_width=None,
    eps=1e-6,
    downsample_padding=0,
    freq_shift=1,
    cosine_first=False,
)


def frequencies(width: int, freq_shift: int) -> Tensor:
    """ω_k = 10000^(−k / (width/2 − shift)), Vaswani et al. 2017."""
    half = width // 2
    return torch.exp(-math.log(10000) * torch.arange(half, dtype=torch.float32) / (half - freq_shift))


def time_features(t: Tensor, omega: Tensor, cosine_first: bool) -> Tensor:
    angle = t.float()[:, None] * omega
    parts = [angle.cos(), angle.sin()] if cosine_first else [angle.sin(), angle.cos()]
    return torch.cat(parts, dim=1)


class TimeEmbedding(nn.Module):
    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.linear_1 = nn.Linear(width, out)
        self.linear_2 = nn.Linear(out, out)

    def forward(self, features: Tensor) -> Tensor:
        return self.linear_2(F.silu(self.linear_1(features)))


def normalized_silu(norm: nn.GroupNorm, x: Tensor) -> Tensor:
    # In place saves memory only where no gradient is kept: autograd would clone the input first.
    return F.silu(norm(x), inplace=not torch.is_grad_enabled())


class ResnetBlock(nn.Module):
    def __init__(self, config: UNetConfig, inputs: int, outputs: int, time_width: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(config.groups, inputs, config.eps)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time_emb_proj = nn.Linear(time_width, outputs)
        self.norm2 = nn.GroupNorm(config.groups, outputs, config.eps)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        h = self.conv1(normalized_silu(self.norm1, x))
        h = h + self.time_emb_proj(time)[:, :, None, None]
        h = self.conv2(normalized_silu(self.norm2, h))
        return self.conv_shortcut(x) + h


class Attention(nn.Module):
    def __init__(self, config: UNetConfig, channels: int) -> None:
        super().__init__()
        self.heads = channels // config.head_width if config.head_width else 1
        self.group_norm = nn.GroupNorm(config.groups, channels, config.eps)
        self.to_q = nn.Linear(channels, channels)
        self.to_k = nn.Linear(channels, channels)
        self.to_v = nn.Linear(channels, channels)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        n, c, height, width = x.shape
        tokens = self.group_norm(x).flatten(2).transpose(1, 2)
        q, k, v = (self.split(linear(tokens)) for linear in (self.to_q, self.to_k, self.to_v))
        scale = (c // self.heads) ** -0.5
        weights = torch.baddbmm(q.new_empty(()), q, k.transpose(1, 2), beta=0, alpha=scale).softmax(dim=-1)
        h = torch.bmm(weights, v).view(n, self.heads, height * width, -1).transpose(1, 2).reshape(n, height * width, c)
        return self.to_out[0](h).transpose(1, 2).reshape(n, c, height, width) + x

    def split(self, tokens: Tensor) -> Tensor:
        n, length, c = tokens.shape
        return tokens.view(n, length, self.heads, c // self.heads).transpose(1, 2).reshape(n * self.heads, length, -1)


class Downsample(nn.Module):
    def __init__(self, channels: int, padding: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=padding)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x if self.conv.padding[0] else F.pad(x, (0, 1, 0, 1)))


class Upsample(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class Block(nn.Module):
    """Residual blocks, each followed by attention where there is any: one level of the way down or up."""

    def __init__(self, resnets: list[ResnetBlock], attentions: list[Attention]) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(resnets)
        self.attentions = nn.ModuleList(attentions)
        self.downsamplers = nn.ModuleList()
        self.upsamplers = nn.ModuleList()

    def layer(self, index: int, x: Tensor, time: Tensor) -> Tensor:
        x = self.resnets[index](x, time)
        return self.attentions[index](x, time) if self.attentions else x


class UNet(nn.Module):
    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        channels, last = config.channels, len(config.channels) - 1
        time_width = 4 * channels[0]
        self.cosine_first = config.cosine_first
        self.register_buffer("omega", frequencies(channels[0], config.freq_shift), persistent=False)
        self.time_embedding = TimeEmbedding(channels[0], time_width)
        self.conv_in = nn.Conv2d(config.in_channels, channels[0], 3, padding=1)

        def block(widths: list[int], outputs: int, attends: bool) -> Block:
            resnets = [ResnetBlock(config, inputs, outputs, time_width) for inputs in widths]
            return Block(resnets, [Attention(config, outputs) for _ in widths] if attends else [])

        self.down_blocks = nn.ModuleList()
        skips = [channels[0]]
        for i, (outputs, attends) in enumerate(zip(channels, config.down)):
            level = block([skips[-1]] + [outputs] * (config.layers - 1), outputs, attends)
            skips += [outputs] * config.layers
            if i < last:
                level.downsamplers.append(Downsample(outputs, config.downsample_padding))
                skips.append(outputs)
            self.down_blocks.append(level)

        self.mid_block = Block(
            [ResnetBlock(config, channels[-1], channels[-1], time_width) for _ in range(2)],
            [Attention(config, channels[-1])],
        )

        self.up_blocks = nn.ModuleList()
        below = channels[-1]
        for i, (outputs, attends) in enumerate(zip(reversed(channels), config.up)):
            widths = [(below if j == 0 else outputs) + skips.pop() for j in range(config.layers + 1)]
            level = block(widths, outputs, attends)
            if i < last:
                level.upsamplers.append(Upsample(outputs))
            self.up_blocks.append(level)
            below = outputs

        self.conv_norm_out = nn.GroupNorm(config.groups, channels[0], config.eps)
        self.conv_out = nn.Conv2d(channels[0], config.out_channels, 3, padding=1)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        # Every residual block begins with the SiLU of the embedding: taken once for all.
        time = F.silu(self.time_embedding(time_features(t, self.omega, self.cosine_first)))
        x = self.conv_in(x)
        skips = [x]
        for block in self.down_blocks:
            for j in range(len(block.resnets)):
                x = block.layer(j, x, time)
                skips.append(x)
            for downsample in block.downsamplers:
                x = downsample(x)
                skips.append(x)

        x = self.mid_block.layer(0, x, time)
        x = self.mid_block.resnets[1](x, time)

        for block in self.up_blocks:
            for j in range(len(block.resnets)):
                x = block.layer(j, torch.cat([x, skips.pop()], dim=1), time)
            for upsample in block.upsamplers:
                x = upsample(x)

        return self.conv_out(normalized_silu(self.conv_norm_out, x))


class Mlp(nn.Module):
    """The denoiser of points in the plane: time features join the first layer, three hidden layers follow."""

    def __init__(self, width: int = 256, hidden: int = 3) -> None:
        super().__init__()
        self.register_buffer("omega", frequencies(width, 0), persistent=False)
        self.input = nn.Linear(2, width)
        self.time = nn.Linear(width, width)
        self.hidden = nn.ModuleList(nn.Linear(width, width) for _ in range(hidden))
        self.output = nn.Linear(width, 2)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        h = F.silu(self.input(x) + self.time(time_features(t, self.omega, cosine_first=True)))
        for linear in self.hidden:
            h = F.silu(linear(h))
        return self.output(h)
