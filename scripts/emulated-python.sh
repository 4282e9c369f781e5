#!/bin/sh
# Makes a CPython for another processor, with this package in it, that runs under an emulator.
#
#   emulated-python.sh PROCESSOR FOLDER PYTHON SIMDJSON REQUIREMENT...
#
# PROCESSOR is s390x or aarch64. FOLDER/python is the result: the python3 of this release of Debian
# or Ubuntu, with the extension built for it and with the REQUIREMENTs, of which the index must have
# wheels for that processor. PYTHON is this machine's, whose pip fetches them; SIMDJSON holds that
# library's sources. The interpreter's packages are fetched from where apt is set up to fetch, and
# unpacked in FOLDER, not installed.
set -eu

processor=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
python=$3
simdjson=$(cd "$4" && pwd)
shift 4
root=$(cd "$(dirname "$0")/.." && pwd)
system=$folder/system

case $processor in
aarch64) architecture=arm64 ;;
*) architecture=$processor ;;
esac

own_apt() {
    apt-get -q -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" \
        -o Dir::State="$folder/apt" -o Dir::State::status="$folder/apt/status" \
        -o Dir::Cache="$folder/apt/cache" -o APT::Sandbox::User=root "$@"
}

fetch_system() {
    rm -rf "$folder/apt" "$system.part"
    mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial" "$system.part"
    : >"$folder/apt/status"
    own_apt update
    own_apt install -y --download-only --no-install-recommends python3 libpython3-dev
    for package in "$folder"/apt/cache/archives/*.deb; do
        dpkg-deb -x "$package" "$system.part"
    done
    mv "$system.part" "$system"
    rm -rf "$folder/apt"
}

emulated() {
    "qemu-$processor" -L "$system" "$system/usr/bin/python3" "$@"
}

config() {
    emulated -c "import sysconfig; print(sysconfig.$1)"
}

fetch_requirements() {
    rm -rf "$folder/site"
    "$python" -m pip install -q --disable-pip-version-check --target "$folder/site" \
        --platform "manylinux2014_$processor" --platform "manylinux_2_28_$processor" \
        --only-binary=:all: --implementation cp --python-version "$(config 'get_python_version()')" \
        "$@"
}

build_extension() {
    [ -e "$folder/extension/build.ninja" ] || cmake --preset "$processor" -S "$root" \
        -B "$folder/extension" -DBSONPP_BUILD_PYTHON=ON -DBSONPP_BUILD_TESTS=OFF \
        -DBSONPP_SIMDJSON_SOURCE="$simdjson" -DBSONPP_PYTHON_OUTPUT="$folder/module" \
        -DPython_EXECUTABLE="$python" -DPython_INCLUDE_DIR="$(config 'get_path("include")')" \
        -DCMAKE_CXX_FLAGS="-isystem $system/usr/include"
    rm -rf "$folder/module"
    cmake --build "$folder/extension" -j "$(nproc)"
    # Named for this machine's CPython, which CMake has asked.
    mv "$folder"/module/_native*.so "$folder/module/_native$(config 'get_config_var("EXT_SUFFIX")')"
    "$root/scripts/package-with-extension.sh" "$folder"
}

logged() {
    log=$folder/$1.log
    "$@" >"$log" 2>&1 || {
        tail -20 "$log" >&2
        exit 1
    }
}

if [ ! -e "$system" ]; then
    echo "fetching CPython for $processor"
    logged fetch_system
fi
if [ ! -e "$folder/site" ]; then
    logged fetch_requirements "$@"
fi
echo "building the extension for $processor"
logged build_extension
cat >"$folder/python" <<END
#!/bin/sh
exec env PYTHONHOME="$system/usr" PYTHONPATH="$folder/package:$folder/site\${PYTHONPATH:+:\$PYTHONPATH}" \\
    PYTHONDONTWRITEBYTECODE=1 "qemu-$processor" -0 "$folder/python" -L "$system" \\
    "$system/usr/bin/python3" "\$@"
END
chmod +x "$folder/python"
