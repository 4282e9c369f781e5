#!/bin/sh
# Builds the free-threaded CPython that `make test-freethreaded` runs on, where there is none.
#
#   freethreaded-python.sh PREFIX
#
# PREFIX/bin/python3.13t is the result; nothing happens when it is there already. PREFIX appears
# whole or not at all: the build goes on beside it, in PREFIX.build. The sources are Debian's source
# package python3.13 of trixie, from the archive that this machine's apt is set up with; apt checks
# its signature. Some 10 minutes on one core.
set -eu

prefix=$1
suite=trixie
here=$(cd "$(dirname "$0")" && pwd)

if "$prefix/bin/python3.13t" -c 'import sys; sys.exit(sys._is_gil_enabled())' 2>/dev/null; then
    exit 0
fi
mkdir -p "$(dirname "$prefix")"
prefix=$(cd "$(dirname "$prefix")" && pwd)/$(basename "$prefix")
work=$prefix.build
rm -rf "$work" "$prefix"
mkdir -p "$work/apt/lists/partial" "$work/source"

"$here/ensure-package.sh" dpkg-dev dpkg-source --version
"$here/ensure-package.sh" gcc gcc --version
for package in zlib1g-dev:zlib.h libffi-dev:ffi.h libssl-dev:openssl/ssl.h; do
    "$here/ensure-package.sh" "${package%%:*}" sh -c "echo '#include <${package#*:}>' | cc -E -"
done

archive=$(apt-get indextargets --format '$(SITE) $(ORIGIN) $(LABEL)' |
    awk '$2 == "Debian" && $3 == "Debian" { print $1; exit }')
if [ -z "$archive" ]; then
    echo "error: apt knows no Debian archive here; run apt-get update, or give the path of a" \
        "free-threaded CPython: make FREETHREADED_PYTHON=... test-freethreaded" >&2
    exit 1
fi
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb-src [signed-by=$keyring] $archive $suite main" >"$work/apt/sources.list"
own_apt() {
    apt-get -q -o Dir::Etc::SourceList="$work/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$work/apt/lists" -o APT::Sandbox::User=root "$@"
}

echo "fetching the sources of CPython 3.13"
own_apt update >"$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2; exit 1; }
# Without Debian's patches, which move site-packages and switch ensurepip off.
(
    cd "$work/source"
    own_apt source --only-source --download-only python3.13
    dpkg-source --skip-patches -x ./*.dsc python
) >>"$work/apt.log" 2>&1 || {
    tail -20 "$work/apt.log" >&2
    exit 1
}

echo "building CPython 3.13 without the GIL (log: $work/build.log)"
(
    cd "$work/source/python"
    ./configure --prefix="$prefix" --disable-gil --disable-test-modules --with-ensurepip=install
    make -j "$(nproc)"
    make install DESTDIR="$work/installed"
) >"$work/build.log" 2>&1 || { tail -20 "$work/build.log" >&2; exit 1; }
mv "$work/installed$prefix" "$prefix"
rm -rf "$work"
"$prefix/bin/python3.13t" -c 'import sys; sys.exit(sys._is_gil_enabled())'
