#!/bin/sh
# Makes a copy of the Python package with another build of the extension.
#
#   package-with-extension.sh BUILD
#
# BUILD is a build directory whose module/ holds the extension; the copy is BUILD/package, to be put
# on PYTHONPATH before the working tree's python/.
set -eu

build=$(cd "$1" && pwd)
root=$(cd "$(dirname "$0")/.." && pwd)
package=$build/package/pymongo_cpp

rm -rf "$build/package"
mkdir -p "$package"
(cd "$root/python/pymongo_cpp" && find . -name '*.py' -o -name '*.pyi' -o -name py.typed) |
    while read -r file; do
        mkdir -p "$package/$(dirname "$file")"
        cp "$root/python/pymongo_cpp/$file" "$package/$file"
    done
cp "$build"/module/_native*.so "$package"
