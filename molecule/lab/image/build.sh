#!/bin/sh
# Builds the lab's disk out of the base tree that mmdebstrap has made: one tree for each node, then the guest itself.
# Runs as root of mmdebstrap's namespace: build.sh ROOT. Everything it needs lies in ROOT/srv/lab/build (see _image.py).
set -eu

ROOT=$1
if [ -z "${LAB_NAMESPACE:-}" ]; then
    # Mounts of our own, so that nothing stays behind and the disk is made of files alone.
    LAB_NAMESPACE=1 exec unshare --mount --propagation private sh "$0" "$ROOT"
fi
BUILD=$ROOT/srv/lab/build
TREES=$ROOT/srv/lab/trees
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

say() { echo "lab-image: $*" >&2; }

in_tree() {
    tree=$1
    shift
    chroot "$tree" "$@"
}

prepare() {
    printf '#!/bin/sh\nexit 101\n' > "$1/usr/sbin/policy-rc.d"
    chmod 755 "$1/usr/sbin/policy-rc.d"
    mkdir -p "$1/proc" "$1/dev" "$1/sys" "$1/var/cache/apt/archives"
    mountpoint -q "$1/proc" || mount --rbind /proc "$1/proc"
    mountpoint -q "$1/dev" || mount --rbind /dev "$1/dev"
}

install_packages() {
    tree=$1
    shift
    prepare "$tree"
    [ "$tree" = "$ROOT" ] || mount --bind "$ROOT/var/cache/apt/archives" "$tree/var/cache/apt/archives"
    in_tree "$tree" apt-get install --quiet --quiet --yes --no-install-recommends -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 "$@"
}

# Files that packages replace are shared between the trees, files that are edited in place are not.
clone_base() {
    mkdir -p "$1"
    for entry in "$ROOT"/*; do
        case ${entry##*/} in
            proc | sys | dev | srv | run | tmp) ;;
            usr) cp -al "$entry" "$1/" ;;
            *) cp -a "$entry" "$1/" ;;
        esac
    done
    mkdir -p "$1/proc" "$1/sys" "$1/dev" "$1/srv" "$1/run" "$1/tmp"
    chmod 1777 "$1/tmp"
}

# What a lab has no use for and what would wake up at random after the clock was set.
quiet() {
    for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
        systemd-tmpfiles-clean.timer man-db.timer logrotate.timer podman-auto-update.timer podman-auto-update.service podman.socket \
        podman-restart.service getty.target getty@tty1.service console-getty.service systemd-timesyncd.service \
        systemd-pstore.service remote-fs.target; do
        ln -sf /dev/null "$1/etc/systemd/system/$unit"
    done
}

# What a container's systemd would start for nothing: file systems, modules and sessions are the guest's.
quiet_node() {
    for unit in dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount \
        sys-fs-fuse-connections.mount modprobe@.service systemd-binfmt.service proc-sys-fs-binfmt_misc.automount \
        systemd-modules-load.service kmod-static-nodes.service systemd-remount-fs.service systemd-update-utmp.service \
        systemd-update-utmp-runlevel.service systemd-logind.service systemd-ask-password-wall.path systemd-ask-password-console.path \
        systemd-random-seed.service systemd-boot-update.service; do
        ln -sf /dev/null "$1/etc/systemd/system/$unit"
    done
}

# The same for sysvinit; without this its start-up takes half a minute, most of it for the devices of the machine around it.
quiet_sysvinit() {
    for script in hwclock.sh udev mountdevsubfs.sh checkroot.sh checkfs.sh checkroot-bootclean.sh kmod mount-configfs mountall.sh \
        mountall-bootclean.sh brightness urandom mountnfs.sh mountnfs-bootclean.sh bootlogs; do
        rm -f "$1"/etc/rc?.d/[SK][0-9][0-9]"$script"
    done
    sed -i '/getty/d' "$1/etc/inittab"
    sed -i '/imklog/d' "$1/etc/rsyslog.conf"
}

copy_files() {
    [ ! -d "$1" ] || cp -a "$1/." "$2/"
}

finish() {
    tree=$1 name=$2
    mkdir -p "$tree/root/.ssh" "$tree/home/ansible/.ssh"
    chmod 700 "$tree/root/.ssh" "$tree/home/ansible/.ssh"
    in_tree "$tree" sh -c 'id ansible >/dev/null 2>&1 || useradd --no-create-home --shell /bin/bash --password "*" ansible'
    cp "$BUILD/keys/id_ed25519.pub" "$tree/root/.ssh/authorized_keys"
    cp "$BUILD/keys/id_ed25519.pub" "$tree/home/ansible/.ssh/authorized_keys"
    in_tree "$tree" chown -R ansible:ansible /home/ansible
    rm -f "$tree"/etc/ssh/ssh_host_*
    for part in "" .pub; do cp "$BUILD/keys/host_$name$part" "$tree/etc/ssh/ssh_host_ed25519_key$part"; done
    chmod 600 "$tree/etc/ssh/ssh_host_ed25519_key"
    echo "$name" > "$tree/etc/hostname"
    { printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n'; cat "$BUILD/hosts"; } > "$tree/etc/hosts"
    printf '%s' "$name.trunkline.lab" | md5sum | cut -c1-32 > "$tree/etc/machine-id"
    rm -f "$tree/var/lib/dbus/machine-id" "$tree/usr/sbin/policy-rc.d"
    chmod 440 "$tree"/etc/sudoers.d/* 2>/dev/null || true
    : > "$tree/etc/fstab"
    rm -rf "$tree"/var/lib/apt/lists/* "$tree"/var/cache/apt/*.bin "$tree"/var/log/*.log "$tree"/var/log/apt
    rm -rf "${tree:?}"/run/* "$tree/etc/.resolv.conf.systemd-resolved.bak"
}

chown -R 0:0 "$BUILD"
find "$BUILD/files" -type d -exec chmod 755 {} +
find "$BUILD/files" -type f -exec chmod go-w,go+r {} +
find "$BUILD/files" -name '*.nmconnection' -exec chmod 600 {} +
chmod 700 "$BUILD/keys"

quiet "$ROOT"
while read -r node packages; do
    say "tree of $node"
    clone_base "$TREES/$node"
    # shellcheck disable=SC2086
    install_packages "$TREES/$node" $packages
    if [ -e "$TREES/$node/etc/inittab" ]; then
        in_tree "$TREES/$node" apt-get purge --quiet --quiet --yes --allow-remove-essential --auto-remove systemd libpam-systemd
    fi
done < "$BUILD/packages.nodes"

say "packages of the guest"
copy_files "$BUILD/files/guest/etc/initramfs-tools" "$ROOT/etc/initramfs-tools"
# shellcheck disable=SC2046
install_packages "$ROOT" $(cat "$BUILD/packages.guest")
for module in bonding 8021q bridge openvswitch veth overlay virtio_net dummy; do
    find "$ROOT/lib/modules" -name "$module.ko*" | grep -q . || { say "the kernel has no module $module"; exit 1; }
done

while read -r node _; do
    tree=$TREES/$node
    copy_files "$BUILD/files/node" "$tree"
    quiet_node "$tree"
    if [ -L "$tree/etc/resolv.conf" ]; then rm "$tree/etc/resolv.conf"; fi
    case $node in
        kvm1) ln -sf ../run/systemd/resolve/stub-resolv.conf "$tree/etc/resolv.conf" ;;
        kvm3)
            ln -sf ../run/resolvconf/resolv.conf "$tree/etc/resolv.conf"
            for part in original base head tail; do : > "$tree/etc/resolvconf/resolv.conf.d/$part"; done
            ;;
        *) : > "$tree/etc/resolv.conf" ;;
    esac
    copy_files "$BUILD/files/$node" "$tree"
    if [ -e "$tree/etc/inittab" ]; then quiet_sysvinit "$tree"; fi
    finish "$tree" "$node"
done < "$BUILD/packages.nodes"

for node in kvm1 leaf2; do in_tree "$TREES/$node" systemctl --quiet enable systemd-networkd.service; done

say "the switch database of leaf2"
# shellcheck disable=SC2016 # it is the inner shell that expands
in_tree "$TREES/leaf2" sh -eu -c '
    db=/etc/openvswitch/conf.db
    mkdir -p /etc/openvswitch /run/openvswitch
    rm -f "$db"
    ovsdb-tool create "$db" /usr/share/openvswitch/vswitch.ovsschema
    ovsdb-server "$db" --remote=punix:/run/openvswitch/build.sock --pidfile=/run/openvswitch/build.pid --unixctl=/run/openvswitch/build.ctl \
        --log-file=/dev/null --detach
    vsctl() { ovs-vsctl --no-wait --db=unix:/run/openvswitch/build.sock "$@"; }
    vsctl init
    vsctl add-br br0
    for port in swp1 swp2 swp3 swp4 swp5; do vsctl add-port br0 "$port" tag=10 vlan_mode=access; done
    vsctl add-port br0 uplink tag=10 vlan_mode=native-untagged trunks=20,30
    ovs-appctl --target=/run/openvswitch/build.ctl exit
'

copy_files "$BUILD/files/guest" "$ROOT"
cp "$BUILD/nics" "$ROOT/etc/lab/nics"
cp "$BUILD/management" "$ROOT/etc/lab/management"
cp "$BUILD/hosts" "$ROOT/etc/lab/hosts"
finish "$ROOT" guest
rm -f "$ROOT/etc/resolv.conf"
in_tree "$ROOT" systemctl --quiet disable systemd-networkd.service systemd-networkd.socket networking.service dnsmasq.service 2>/dev/null || true
# shellcheck disable=SC2046 # one word a unit
in_tree "$ROOT" systemctl --quiet enable lab-linkwatch.service lab-topology.service lab-dnsmasq.service $(cut -d' ' -f1 "$BUILD/packages.nodes" | sed 's/.*/lab-node@&.service/')

mkdir -p "$ROOT/lab-out"
cp "$ROOT"/boot/vmlinuz-* "$ROOT/lab-out/vmlinuz"
cp "$ROOT"/boot/initrd.img-* "$ROOT/lab-out/initrd"
for tree in "$ROOT" "$TREES"/*; do
    in_tree "$tree" dpkg-query -W -f "${tree##*/} \${Package} \${Version}\n" 2>/dev/null || true
done > "$ROOT/lab-out/packages"
SIZE=$(cat "$BUILD/disk-size")
rm -rf "$BUILD" "$ROOT"/var/cache/apt/archives/*.deb

say "the disk"
for tree in "$TREES"/* "$ROOT"; do
    for mounted in proc dev sys var/cache/apt/archives; do
        while mountpoint -q "$tree/$mounted"; do umount --recursive "$tree/$mounted" 2>/dev/null || umount --lazy "$tree/$mounted"; done
    done
done
mkdir -p "$ROOT/srv/lab/state"
OUT=$(mktemp -d)
mv "$ROOT/lab-out" "$OUT/lab-out"
mke2fs -q -t ext4 -L lab -E lazy_itable_init=0,lazy_journal_init=0 -d "$ROOT" "$OUT/disk.raw" "$SIZE"
qemu-img convert -f raw -O qcow2 "$OUT/disk.raw" "$OUT/lab-out/disk.qcow2"
rm -f "$OUT/disk.raw"
mv "$OUT/lab-out" "$ROOT/lab-out"
rmdir "$OUT"
