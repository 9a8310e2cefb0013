# What tools/run, tools/test and .ci/run share: Debian packages and builds.
# Sourced by bash scripts that have set ROOT to the top of the tree.
# shellcheck shell=bash disable=SC2034

CORES=$(nproc)

# Or ccache would not keep what includes a precompiled header.
export CCACHE_SLOPPINESS=pch_defines,time_macros

say() { printf '%s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# Lists of packages; a command is looked for first, because whoever has it
# from elsewhere needs no package (command:package where the names differ).
BUILD_PACKAGES=(libuv1-dev node-llhttp libspdlog-dev liblz4-dev libzstd-dev
  libxxhash-dev libjemalloc-dev libssl-dev)
BUILD_COMMANDS=(cmake ninja:ninja-build pkg-config g++)
TEST_PACKAGES=(libgtest-dev libgmock-dev libhiredis-dev libcli11-dev
  nlohmann-json3-dev python3-redis ca-certificates)
TEST_COMMANDS=(redis-server redis-cli:redis-tools redis-benchmark:redis-tools
  node:nodejs npm)
# What redbed-bench measures beside Redbed; nothing else needs them.
BENCH_PACKAGES=(libcli11-dev librocksdb-dev libleveldb-dev)
CLANG_PACKAGES=(libclang-rt-14-dev)
CLANG_COMMANDS=(clang-14 clang++-14:clang-14)

MISSING=()

need_packages() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == \
      installed ]] || MISSING+=("$package")
  done
}

need_commands() {
  local pair
  for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null || MISSING+=("${pair##*:}")
  done
}

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "These packages are needed, and there is neither root nor sudo:" \
      "apt-get install ${MISSING[*]}"
  fi
}

apt_install() {
  as_root apt-get update -q &&
    as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -q -y --no-install-recommends "$@"
}

# Debian starts a server as soon as its package is installed, and again at
# every boot. A redis-server on 6379 would be in the way of the server that
# tools/run starts, and the tests start their own: so a policy forbids starting
# services while we install, and a redis-server that was not there before is
# disabled.
install_missing() {
  [[ ${#MISSING[@]} == 0 ]] && return
  say "Installing ${MISSING[*]}"
  local policy=/usr/sbin/policy-rc.d ours=no status=0
  if [[ ! -e $policy ]]; then
    ours=yes
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  apt_install "${MISSING[@]}" >&2 || status=$?
  [[ $ours == no ]] || as_root rm -f "$policy"
  [[ $status == 0 ]] || die "apt-get could not install ${MISSING[*]}"
  if [[ " ${MISSING[*]} " == *" redis-server "* && -d /run/systemd/system ]]
  then
    as_root systemctl disable --quiet redis-server
  fi
  MISSING=()
}

# configure FOLDER OPTION...: only when something differs from the last time.
# A change in the tree's lists of files is noticed by the build itself.
configure() {
  local folder=$1 stamp=$1/configured-with
  shift
  if [[ -e $folder/build.ninja && $(cat "$stamp" 2>/dev/null) == "$*" ]]; then
    return
  fi
  cmake -S "$ROOT" -B "$folder" -G Ninja "$@" >&2 || return
  printf '%s' "$*" >"$stamp"
  say "Building; the first time takes some minutes"
}

# build FOLDER TARGET...: a line of progress on a terminal, nothing elsewhere.
build() {
  local folder=$1 quiet=--quiet
  shift
  [[ ! -t 2 ]] || quiet=
  ninja -C "$folder" ${quiet:+"$quiet"} "$@" >&2
}
