#!/bin/sh
# Prints the path of a CPython 3.11 or 3.12 that can make virtual environments; PYTHON=... is then the only candidate.
# Every candidate is run, because a shim answers to the name of an interpreter that is not there.
set -u

candidates() {
    if [ -n "${PYTHON:-}" ]; then
        command -v "$PYTHON"
        return
    fi
    for name in python3.12 python3.11 python3 python; do
        printf '%s\n' "$PATH" | tr ':' '\n' | while IFS= read -r folder; do printf '%s\n' "$folder/$name"; done
    done
    # What pyenv holds, though no shim may lead there at the moment.
    printf '%s\n' "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[12].*/bin/python
}

# The base interpreter, because an environment made from another environment would go with it.
base() {
    "$1" -c '
import ensurepip, sys, venv
if sys.implementation.name == "cpython" and sys.version_info[:2] in {(3, 11), (3, 12)}:
    print(sys._base_executable)
' </dev/null 2>/dev/null
}

found=$(candidates | while IFS= read -r candidate; do
    if [ -x "$candidate" ]; then base "$candidate"; fi
done | head -n 1)
if [ -z "$found" ]; then
    wanted="Troth needs CPython 3.11 or 3.12 with its venv module"
    echo "$wanted${PYTHON:+, which PYTHON=$PYTHON is not}: install one, or name it with PYTHON=/path/to/python3.12." >&2
    exit 1
fi
printf '%s\n' "$found"
