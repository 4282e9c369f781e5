#!/bin/sh
# Makes sure that a Debian package's content is there.
#
#   ensure-package.sh PACKAGE PROBE [ARGUMENT...]
#
# Runs PROBE; when it fails, installs PACKAGE with apt-get if this is root, and otherwise says what
# to install and fails.
set -eu

package=$1
shift

if "$@" >/dev/null 2>&1; then
    exit 0
fi

if ! command -v apt-get >/dev/null 2>&1; then
    echo "error: missing what Debian's package '$package' holds; install your system's equivalent" >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "error: the package '$package' is missing; run: sudo apt-get install $package" >&2
    exit 1
fi

echo "installing the package $package"
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -q --no-install-recommends "$package" >/dev/null 2>&1 || {
    apt-get update -q >/dev/null
    apt-get install -y -q --no-install-recommends "$package" >/dev/null
}
"$@" >/dev/null 2>&1 || {
    echo "error: the package '$package' is installed, yet this still fails: $*" >&2
    exit 1
}
