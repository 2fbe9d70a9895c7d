#!/bin/busybox sh
# shellcheck shell=dash
# First process of the guest. Shows it the host's whole file tree, read-only under a layer in memory that takes every
# write, and runs the one command of the kernel's command line there. Its exit status leaves by the second serial port.
/bin/busybox --install -s /bin

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r module; do
    insmod "/modules/$module" || echo "init: cannot load $module"
done </order

# `loose`: nothing but this guest is expected to change what it reads while it runs, so it may keep all it has read.
mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=524288,cache=loose host /host
mount -t tmpfs tmpfs /scratch
mkdir /scratch/upper /scratch/work
mount -t overlay -o lowerdir=/host,upperdir=/scratch/upper,workdir=/scratch/work overlay /machine

mount -t proc proc /machine/proc
mount --rbind /sys /machine/sys
mount --rbind /dev /machine/dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /machine/dev/pts
mount -t tmpfs tmpfs /machine/dev/shm
mount -t tmpfs tmpfs /machine/run
mount -t configfs configfs /machine/sys/kernel/config
ip link set lo up
hostname guest

# gpiozero knows boards by the revision in /proc/cpuinfo; c03111 is a Raspberry Pi 4 Model B.
{ cat /proc/cpuinfo; echo "Revision	: c03111"; } >/cpuinfo
mount --bind /cpuinfo /machine/proc/cpuinfo

# What is written to descriptor 3 arrives as it is; the console may have kernel messages in between.
stty -F /dev/ttyS1 raw -echo
exec 3>/dev/ttyS1
command=$(sed 's/.*ansim\.run=\([^ ]*\).*/\1/' /proc/cmdline | base64 -d)
env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    chroot /machine /bin/bash -c "$command"
echo "exit $?" >&3
exec 3>&-
poweroff -f
