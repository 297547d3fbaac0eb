#!/usr/bin/env bash
# Records the command in a terminal and writes terminal.svg beside this script, an animated picture that a README can show.
# Needs the .NET SDK and script of util-linux; what is typed and when Ctrl-C comes stands in "scenes" below.
#   docs/recording/record.sh [WORK-FOLDER]
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=${1:-$(mktemp -d)}
columns=100 rows=30
film=$work/film timing=$work/timing
mkdir -p "$work/bin" "$work/home"
rm -rf "$work/home/run" "$work/home/digits.png"
: > "$film"

dotnet build "$root/src/DiffusionSharp.Cli" -c Release --nologo -v quiet ${BUILD_OPTIONS:-}
printf '#!/bin/sh\nexec dotnet exec %q "$@"\n' "$root/artifacts/bin/DiffusionSharp.Cli/release/diffusion.dll" > "$work/bin/diffusion"
chmod +x "$work/bin/diffusion"

# A person at the keyboard.
type_line() { for ((i = 0; i < ${#1}; i++)); do printf '%s' "${1:i:1}"; sleep 0.04; done; sleep 0.4; printf '\n'; }
interrupt() { printf '\003'; }
until_prompt() { sleep 0.5; until [ "$(tail -c 2 "$film")" = '$ ' ]; do sleep 0.1; done; sleep 1; }
until_shown() { until grep -qE "$1" "$film"; do sleep 0.1; done; }

scenes() {
    until_prompt
    type_line 'diffusion train --data digits --size 16 --out run --steps 160'
    until_shown ' ([6-9][0-9]|1[0-9][0-9])/160'
    interrupt
    until_prompt
    type_line 'diffusion train --out run --resume'
    until_prompt
    type_line 'diffusion sample run --out digits.png --steps 20'
    until_prompt
    type_line 'diffusion inspect run'
    until_prompt
    stat -c %s "$film" > "$work/end"
    type_line 'exit'
}

scenes | (
    cd "$work/home"
    env -i HOME="$work/home" PATH="$work/bin:$PATH" TERM=xterm-256color LANG=C.UTF-8 DOTNET_ROOT="${DOTNET_ROOT:-}" PS1='$ ' \
        script --quiet --flush --return --logging-format classic --log-out "$film" --log-timing "$timing" \
        --command "stty cols $columns rows $rows; exec bash --norc --noprofile --noediting -i" > /dev/null
)

# The film ends before the shell does.
head -c "$(cat "$work/end")" "$film" > "$film.cut"
dotnet run "$here/TerminalFilm.cs" -- "$film.cut" "$timing" "$columns" "$rows" "$here/terminal.svg"
