#!/bin/bash
# boot.sh COMMAND [ARGUMENT...]: runs a command in a guest that boots Debian's kernel and has simulated GPIO chips.
# The guest sees this machine's files at their own paths and starts in the same folder; what it writes is gone when
# it ends, and it has no network but loopback. Its console comes out of standard output; its exit status is ours
# (124: out of time; 125: the guest ended without one).
#
# ANSIM_KERNEL_REPORT   file that gets what the command writes to its descriptor 3
# ANSIM_KERNEL_LIMIT_S  time for the whole run (default: 300)
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
(($#)) || { echo "usage: boot.sh COMMAND [ARGUMENT...]" >&2; exit 64; }

built=$("$HERE/build.sh")
port=$(mktemp)
trap 'rm -f -- "$port"' EXIT

printf -v command '%q ' cd "$PWD"
printf -v run '%q ' "$@"
encoded=$(printf '%s&& %s' "$command" "$run" | base64 -w 0)

# Emulated on every machine, though some could do better: a hypervisor that is offered need not work (seen: a guest
# that spins for ever), and so the timing is alike everywhere.
status=0
timeout --foreground --kill-after=5 "${ANSIM_KERNEL_LIMIT_S:-300}" \
    qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 1024 \
    -display none -monitor none -net none -no-reboot -serial stdio -serial "file:$port" \
    -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
    -kernel "$built/vmlinuz" -initrd "$built/initrd" \
    -append "console=ttyS0 quiet panic=-1 ansim.run=$encoded" </dev/null || status=$?
if ((status == 124)); then
    echo "boot.sh: the guest was stopped after ${ANSIM_KERNEL_LIMIT_S:-300} s" >&2
elif ((status == 0)); then
    status=$(sed -n 's/^exit \([0-9]*\)$/\1/p' "$port" | tail -n 1)
    [[ $status ]] || { echo "boot.sh: the guest ended without an exit status" >&2; status=125; }
fi
[[ -z ${ANSIM_KERNEL_REPORT:-} ]] || sed '/^exit [0-9]*$/d' "$port" >"$ANSIM_KERNEL_REPORT"
exit "$status"
