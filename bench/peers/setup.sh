#!/bin/sh
# Installs what the PyTorch side of the benchmark runs on (Debian 12; needs root).
set -eu
apt-get update
apt-get install --yes --no-install-recommends python3-torch libopenblas0-openmp python3-numpy
