#!/bin/sh
# Makes the virtual environment that every make target works in.
#
#   setup-venv.sh PYTHON VENV
#
# Adds the packages that Debian keeps apart from its python3 (venv, headers), CMake and Ninja where
# the machine has none, and a .pth file that makes python/ importable.
set -eu

python=$1
venv=$2
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")

command -v "$python" >/dev/null 2>&1 || {
    echo "error: no '$python' here; choose an interpreter with: make PYTHON=..." >&2
    exit 1
}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "error: $python is $("$python" --version 2>&1); CPython 3.11 or newer is needed" >&2
    exit 1
}
version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')

"$here/ensure-package.sh" g++ sh -c 'command -v "${CXX:-c++}" || command -v g++'
"$here/ensure-package.sh" "$version-venv" "$python" -c 'import ensurepip'
"$here/ensure-package.sh" "$version-dev" "$python" -c '
import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))'

# A path that holds an older interpreter's environment would otherwise be kept.
"$python" -m venv --clear "$venv"
"$venv/bin/python" -m pip install -q --disable-pip-version-check -U pip

new_enough() {
    cmake --version 2>/dev/null |
        awk 'NR == 1 { split($3, v, "."); exit !(v[1] > 3 || (v[1] == 3 && v[2] >= 25)) }'
}
if ! new_enough || ! command -v ninja >/dev/null 2>&1; then
    "$venv/bin/python" -m pip install -q --disable-pip-version-check -r "$root/requirements/build.txt"
fi

site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$root/python" >"$site/pymongo_cpp-working-tree.pth"
