#!/bin/bash
# What `make kernel-test` runs: boots the guest, runs tests.kernel.guest there, and prints a table of what it found.
# ANSIM_PYTHON: the Python with the project's packages (default: .venv/bin/python). The console goes to build/kernel.log.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python=${ANSIM_PYTHON:-$PWD/.venv/bin/python}
[[ -x $python ]] || { echo "run.sh: no $python; run: make setup" >&2; exit 1; }
mkdir -p build
report=$(mktemp)
trap 'rm -f -- "$report"' EXIT

tests/kernel/build.sh >/dev/null
status=0
ANSIM_KERNEL_REPORT=$report tests/kernel/boot.sh \
    env -C /run PYTHONUNBUFFERED=1 PYTHONPATH="$PWD" "$python" -m tests.kernel.guest \
    >build/kernel.log || status=$?
"$python" -m tests.kernel.table <"$report" || status=1
if ((status != 0)); then
    echo "failed ($status); the end of build/kernel.log:"
    tail -n 30 build/kernel.log
fi
exit "$status"
