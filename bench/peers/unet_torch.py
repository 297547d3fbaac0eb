"""The PyTorch side of the benchmark: times one network and ends with one line of JSON, or checks it (--check)."""

import argparse
import ctypes
import json
import os
import resource
import sys
from pathlib import Path


M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # malloc.h


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=["s", "m", "mlp"], default="s")
    parser.add_argument("--mode", choices=["train", "forward"], default="train")
    parser.add_argument("--layout", choices=["contiguous", "channels_last"], default="contiguous")
    parser.add_argument("--batch", type=int, help="samples a step; the network's own by default")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--warmup", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--check", type=Path, metavar="FOLDER", help="recorded model to compare with")
    options = parser.parse_args()
    if options.model == "mlp" and options.layout == "channels_last":
        parser.error("--layout channels_last: points have no channels, --model mlp runs contiguous.")
    return options


def keep_freed_memory() -> None:
    """Lets glibc reuse the blocks of freed tensors; by default each large one is mapped and cleared anew."""
    libc = ctypes.CDLL("libc.so.6")
    if not (libc.mallopt(M_MMAP_MAX, 0) and libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)):
        raise RuntimeError("mallopt refused its settings.")


def main() -> int:
    options = arguments()
    keep_freed_memory()
    # OpenMP reads its settings once, when torch is loaded: hence the imports below it.
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    import torch

    import check
    import work

    torch.set_num_threads(options.threads)
    if options.check:
        return 0 if check.check(options.check, options.layout) else 1

    measured = work.measure(options.model, options.mode, options.layout, options.batch, options.warmup, options.steps)
    report = {
        "model": options.model,
        "mode": options.mode,
        "layout": options.layout,
        **measured,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "torch_version": torch.__version__,
        "threads": options.threads,
    }
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
