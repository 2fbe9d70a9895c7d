#!/bin/sh
# Makes an Ansim device of a fresh Raspberry Pi OS. Lies in ansim/ on the boot partition, and runs as root.
#
#   first-boot.sh            prepare: a service that sets the device up once there is a network
#   first-boot.sh install    set up: user, program, configuration, services, pins
#   first-boot.sh label      take the label off the boot partition
#   first-boot.sh enrolled   forget the label, start the agent
#
# Each may be cut at any line and run again: files appear whole or not at all, and what was begun is begun anew.
# ANSIM_ROOT: a folder to work in instead of /, for tests.
set -eu
umask 022
# A cache would stay on the card, unused.
export PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1

root=${ANSIM_ROOT:-}
boot=$root/boot/firmware
card=$boot/ansim
units=$root/etc/systemd/system
home=$root/var/lib/ansim
opt=$root/opt/ansim
venv=$opt/venv
installed=$opt/installed
# Raspberry Pi's kernels leave an output as it is when its program is killed: a lamp would go on saying that help is
# coming, a relay would keep its coil on. With this the pin becomes an input (boot/overlays/README of the firmware).
strict_pins="dtparam=strict_gpiod"

say() { echo "ansim: $*"; }

# put FILE TARGET MODE: on a disk that loses power, a rename is the only change that is whole.
put() {
    cp "$1" "$2.part"
    chmod "$3" "$2.part"
    sync "$2.part"
    mv -f "$2.part" "$2"
}

prepare() {
    if [ -e "$installed" ]; then
        forget_kernel_arguments
        return
    fi
    mkdir -p "$units"
    put "$card/ansim-first-boot.service" "$units/ansim-first-boot.service" 0644
    systemctl enable ansim-first-boot.service
    # Who plugs in a keyboard is not asked to make an account. The dialog would also wait for ever.
    if [ -e "$root/usr/lib/systemd/system/userconfig.service" ]; then
        systemctl disable userconfig.service
        systemctl stop --no-block userconfig.service
    fi
    sync
    if has_kernel_arguments; then
        # This boot has no network. The kernel arguments end it with a reboot.
        forget_kernel_arguments
    else
        systemctl daemon-reload
        systemctl start --no-block ansim-first-boot.service
    fi
}

has_kernel_arguments() {
    [ -e "$boot/cmdline.txt" ] && grep -q 'systemd\.run=/boot/firmware/ansim/first-boot\.sh' "$boot/cmdline.txt"
}

# Only ours go: the system has written the new id of its disk into the same line, so a copy from before would not boot.
forget_kernel_arguments() {
    has_kernel_arguments || return 0
    sed -e 's| systemd\.run=/boot/firmware/ansim/first-boot\.sh||' -e 's| systemd\.run_success_action=reboot||' \
        -e 's| systemd\.unit=kernel-command-line\.target||' "$boot/cmdline.txt" >"$boot/cmdline.new"
    sync "$boot/cmdline.new"
    mv -f "$boot/cmdline.new" "$boot/cmdline.txt"
    sync "$boot"
}

install_all() {
    [ ! -e "$installed" ] || return 0
    # A FAT partition may have lost a cluster; what is damaged is not run.
    (cd "$card" && sha256sum --check --quiet SHA256SUMS)
    add_user
    add_program
    mkdir -p "$units" "$root/etc/ansim" "$home/identity"
    put "$card/agent.toml" "$root/etc/ansim/agent.toml" 0644
    chown ansim:ansim "$home" "$home/identity"
    chmod 0700 "$home" "$home/identity"
    put "$card/first-boot.sh" "$opt/first-boot.sh" 0755
    put "$card/ansim-enroll.service" "$units/ansim-enroll.service" 0644
    put "$card/ansim-agent.service" "$units/ansim-agent.service" 0644
    systemctl daemon-reload
    systemctl enable ansim-enroll.service ansim-agent.service
    changed=
    if [ -e "$boot/config.txt" ] && ! has_strict_pins; then
        make_pins_strict
        # Only a kernel that starts reads it.
        changed=yes
    fi
    sync
    touch "$installed"
    sync
    say "installed"
    if [ -n "$changed" ]; then
        systemctl reboot --no-block
    else
        systemctl start --no-block ansim-enroll.service ansim-agent.service
    fi
}

# In the first line: before any [section], and before the parameters of any overlay.
has_strict_pins() {
    first=
    IFS= read -r first <"$boot/config.txt" || :
    [ "$first" = "$strict_pins" ]
}

make_pins_strict() {
    echo "$strict_pins" | cat - "$boot/config.txt" >"$boot/config.new"
    sync "$boot/config.new"
    mv -f "$boot/config.new" "$boot/config.txt"
    sync "$boot"
}

add_user() {
    mkdir -p "$root/etc/sysusers.d"
    printf '%s\n' 'u ansim - "Ansim agent" /var/lib/ansim' 'm ansim gpio' >"$root/etc/sysusers.d/ansim.conf"
    systemd-sysusers "$root/etc/sysusers.d/ansim.conf"
}

# A folder that was cut in the middle may hold empty files that pip takes for whole ones: it is made anew.
add_program() {
    [ ! -e "$venv/whole" ] || return 0
    if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        say "installing python3-venv"
        dpkg --configure -a
        apt-get update
        DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3-venv
    fi
    say "installing the program"
    rm -rf "$venv"
    mkdir -p "$opt"
    python3 -m venv "$venv"
    if [ -e "$card/agent.lock" ]; then
        "$venv/bin/python" -m pip install --require-hashes --only-binary :all: -r "$card/agent.lock"
    fi
    "$venv/bin/python" -m pip install --no-index --no-deps "$card"/*.whl
    sync
    touch "$venv/whole"
    sync
}

# A new label on the card, for a second try, takes the place of the old one.
take_label() {
    [ -e "$card/label.txt" ] || return 0
    # Not cp: it would take over the modes that FAT makes up.
    (
        umask 077
        cat "$card/label.txt" >"$home/label.part"
    )
    chown ansim:ansim "$home/label.part"
    sync "$home/label.part"
    mv -f "$home/label.part" "$home/label.txt"
    sync "$home"
    rm -f "$card/label.txt"
    sync "$card"
}

# Overwriting a file says nothing about flash memory. The token is used up; that is what protects it.
enrolled() {
    rm -f "$home/label.txt"
    sync "$home"
    systemctl start --no-block ansim-agent.service
}

case ${1:-prepare} in
    prepare) prepare ;;
    install) install_all ;;
    label) take_label ;;
    enrolled) enrolled ;;
    *)
        say "allowed are: prepare, install, label, enrolled" >&2
        exit 64
        ;;
esac
