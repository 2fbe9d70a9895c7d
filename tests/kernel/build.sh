#!/bin/bash
# Builds what boot.sh boots: Debian's own kernel, and an initial RAM disk with the modules that the tests need.
# Prints the folder with `vmlinuz` and `initrd` on standard output; everything else goes to standard error.
#
# The kernel's simulated GPIO chip (gpio-sim) is a real /dev/gpiochip with line events and pulls. Where Debian
# does not build it, it is compiled from Debian's source package of exactly this kernel.
#
# ANSIM_KERNEL_CACHE    where the result is kept (default: ~/.cache/ansim/kernel)
# ANSIM_KERNEL_PACKAGE  the Debian meta-package that names the kernel (default: linux-image-amd64)
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${ANSIM_KERNEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ansim/kernel}
META=${ANSIM_KERNEL_PACKAGE:-linux-image-amd64}
MODULES=(virtio_pci 9pnet_virtio 9p overlay configfs)
PATH=$PATH:/usr/sbin:/sbin  # depmod and modprobe, for people who are not root
export DEBIAN_FRONTEND=noninteractive

say() { printf 'kernel: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# "KERNEL VERSION", e.g. "6.1.0-49-amd64 6.1.174-1", as the meta-package depends on it; nothing if apt does not know it.
named_by_apt() {
    { apt-cache show --no-all-versions "$META" 2>/dev/null || true; } |
        sed -nE 's/^Depends:.*linux-image-([0-9][^ ]*) \(= ([^)]*)\).*/\1 \2/p'
}

refresh_apt() {
    ((EUID == 0)) || die "apt has no package lists; run as root: apt-get update"
    say "reading package lists"
    apt-get update -qq >&2
}

install_packages() {
    local package missing=()
    for package; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    ((EUID == 0)) || die "packages are missing; run as root: apt-get install --no-install-recommends ${missing[*]}"
    # A list from yesterday may name files that the mirror no longer has.
    ((LISTS_ARE_FRESH)) || { refresh_apt; LISTS_ARE_FRESH=1; }
    say "installing ${missing[*]}"
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$LOG" 2>&1 || die "apt-get failed: $(tail -n 3 "$LOG")"
}

# fetch NAME VERSION: unpacks a Debian package into the folder NAME, without installing it.
fetch() {
    say "fetching $1 $2"
    mkdir "$1"
    apt-get download -qq "$1=$2" >"$LOG" 2>&1 || die "apt-get download $1=$2 failed: $(tail -n 3 "$LOG")"
    dpkg -x "$1"_*.deb "$1"
    rm -- "$1"_*.deb
}

# Leaves irq_sim.ko and gpio-sim.ko in the folder `module`.
compile_gpio_sim() {
    [[ $KERNEL =~ ^[0-9]+\.[0-9]+ ]] || die "cannot tell the series of kernel $KERNEL"
    local source=linux-source-${BASH_REMATCH[0]}
    install_packages "linux-headers-$KERNEL" make
    fetch "$source" "$VERSION"
    say "compiling gpio-sim"
    mkdir module
    tar -xJf "$source/usr/src/$source.tar.xz" -C module --strip-components=3 --wildcards \
        "$source/drivers/gpio/gpio-sim.c" "$source/drivers/gpio/*.h" "$source/kernel/irq/irq_sim.c"
    # irq_to_desc is not exported to modules; the way over irq_data is.
    sed -i 's/irq_to_desc(\([a-z]*\))/irq_data_to_desc(irq_get_irq_data(\1))/' module/irq_sim.c
    sed -i '1i #include <linux/irq.h>\n#include <linux/module.h>' module/irq_sim.c
    printf '\nMODULE_LICENSE("GPL");\n' >>module/irq_sim.c
    printf 'obj-m := irq_sim.o gpio-sim.o\n' >module/Makefile
    make -C "/usr/src/linux-headers-$KERNEL" M="$PWD/module" modules >"$LOG" 2>&1 || die "compiling failed: $(grep -m 3 -i error "$LOG")"
}

# add_modules NAME...: copies modules of the kernel and what they need into the RAM disk, in the order of loading.
add_modules() {
    local file name
    modprobe -d "$IMAGE" -S "$KERNEL" --show-depends -a "$@" | awk '$1 == "insmod" && !seen[$2]++ {print $2}' |
        while read -r file; do
            name=$(basename "$file" .xz)
            case $file in
                *.xz) xz -dc "$file" >"ram/modules/$name" ;;
                *) cp "$file" "ram/modules/$name" ;;
            esac
            printf '%s\n' "$name" >>ram/order
        done
}

build() {
    fetch "linux-image-$KERNEL" "$VERSION"
    IMAGE=$PWD/linux-image-$KERNEL
    # Where / and /usr are one, newer packages carry their modules below usr/lib.
    [[ -d $IMAGE/lib ]] || ln -s usr/lib "$IMAGE/lib"
    depmod -b "$IMAGE" "$KERNEL"
    mkdir -p ram/{bin,dev,host,machine,modules,proc,scratch,sys} out
    cp "$(command -v busybox)" ram/bin/busybox
    install -m 755 "$HERE/init.sh" ram/init
    if modinfo -b "$IMAGE" -k "$KERNEL" gpio-sim >/dev/null 2>&1; then
        add_modules "${MODULES[@]}" gpio-sim
    else
        add_modules "${MODULES[@]}"
        compile_gpio_sim
        cp module/irq_sim.ko module/gpio-sim.ko ram/modules/
        printf '%s\n' irq_sim.ko gpio-sim.ko >>ram/order
    fi
    (cd ram && find . | cpio --quiet -o -H newc | gzip -1) >out/initrd
    cp "$IMAGE/boot/vmlinuz-$KERNEL" out/vmlinuz
}

[[ $(uname -m) == x86_64 ]] || die "needs an x86-64 machine, this is $(uname -m)"
command -v apt-get >/dev/null || die "needs Debian or one of its kin: there is no apt-get here"
mkdir -p "$CACHE"
exec 9>"$CACHE/lock"
flock 9
WORK=$(mktemp -d "$CACHE/building.XXXXXX")
LOG=$WORK/log
trap 'rm -rf -- "$WORK"' EXIT
LISTS_ARE_FRESH=0

install_packages qemu-system-x86
RECIPE=$(cat "$HERE/build.sh" "$HERE/init.sh" | sha256sum | head -c 12)
NAMED=$(named_by_apt)
[[ $NAMED ]] || { refresh_apt; LISTS_ARE_FRESH=1; NAMED=$(named_by_apt); }
[[ $NAMED ]] || die "apt knows no package $META that names a kernel"
DONE=$CACHE/${NAMED/ /_}_$RECIPE
if [[ ! -d $DONE ]]; then
    ((EUID != 0 || LISTS_ARE_FRESH)) || { refresh_apt; LISTS_ARE_FRESH=1; NAMED=$(named_by_apt); }
    read -r KERNEL VERSION <<<"$NAMED"
    DONE=$CACHE/${NAMED/ /_}_$RECIPE
    install_packages busybox-static cpio kmod xz-utils
    say "building for Linux $KERNEL ($VERSION)"
    (cd "$WORK" && build)
    find "$CACHE" -mindepth 1 -maxdepth 1 -type d ! -path "$WORK" -exec rm -rf -- {} +
    mv -T "$WORK/out" "$DONE"
    say "built in ${SECONDS} s: $DONE"
fi
printf '%s\n' "$DONE"
