# shellcheck shell=bash
# The programs that tests compare jkprobes with, as Debian packages. Sourced by bin/test and .ci/run.

# A file that shows the package is there, and the package. Distributions may put the same file elsewhere: a bare name is looked
# up on PATH.
ORACLES=(
  "qemu-system-mipsel qemu-system-mips"
  "qemu-system-x86_64 qemu-system-x86"
  "qemu-system-aarch64 qemu-system-arm"
  "qemu-system-riscv64 qemu-system-misc"
  "qemu-system-ppc64 qemu-system-ppc"
  "setpriv util-linux"
  "qemu-mipsel qemu-user"
  "gdb-multiarch gdb-multiarch"
  "objdump binutils"
  "/usr/sbin/bpftool bpftool"
  "mipsel-linux-gnu-objdump binutils-mipsel-linux-gnu"
  "mipsel-linux-gnu-gcc gcc-mipsel-linux-gnu"
  "mips-linux-gnu-gcc gcc-mips-linux-gnu"
  "mips64-linux-gnuabi64-gcc gcc-mips64-linux-gnuabi64"
  "/usr/mipsel-linux-gnu/lib/libc.a libc6-dev-mipsel-cross"
  "xz xz-utils"
  "lz4 lz4"
  "zstd zstd"
  "bzip2 bzip2"
  "gcc gcc"
  "make make"
  "/usr/include/stdio.h libc6-dev"
)

# The packages that are absent, one a line.
oracles_absent_packages() {
  local oracle shown
  for oracle in "${ORACLES[@]}"; do
    shown=${oracle% *}
    case $shown in
      /*) [[ -e $shown ]] || echo "${oracle#* }" ;;
      *) command -v "$shown" > /dev/null || echo "${oracle#* }" ;;
    esac
  done
}

# Installs the absent ones if this may be done: as root, with apt. Whether it could is for oracles_absent_packages to tell.
oracles_install_absent() {
  local absent
  mapfile -t absent < <(oracles_absent_packages)
  ((${#absent[@]} > 0)) && ((EUID == 0)) && command -v apt-get > /dev/null || return 0
  echo "installing oracles: ${absent[*]}"
  apt_install "${absent[@]}" || echo "apt could not install them all"
}

# Installs Debian packages, printing only what went wrong.
apt_install() {
  local log
  log=$(mktemp)
  if {
    DEBIAN_FRONTEND=noninteractive apt-get -qq update &&
      DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@"
  } < /dev/null > "$log" 2>&1; then
    rm -f "$log"
  else
    tail -n 20 "$log" >&2
    rm -f "$log"
    return 1
  fi
}
