#!/bin/sh
# Runs Python with the sanitized build of the extension in place of the working tree's.
#
#   sanitized-python.sh PYTHON BUILD [ARGUMENT...]
#
# BUILD is a build directory of the preset python-asan, whose module/ holds the extension.
set -eu

python=$1
build=$(cd "$2" && pwd)
shift 2
root=$(cd "$(dirname "$0")/.." && pwd)

"$root/scripts/package-with-extension.sh" "$build"

compiler=${CXX:-g++}
# The sanitizer's runtime has to be there before the interpreter's own allocations, and the C++
# runtime beside it, for it to see exceptions.
LD_PRELOAD="$("$compiler" -print-file-name=libasan.so) $("$compiler" -print-file-name=libstdc++.so)"
PYTHONPATH=$build/package:$root/scripts/sanitized
# CPython's own allocator would hide the borders of its objects.
PYTHONMALLOC=malloc
ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:allocator_may_return_null=1
UBSAN_OPTIONS=print_stacktrace=1
export LD_PRELOAD PYTHONPATH PYTHONMALLOC ASAN_OPTIONS UBSAN_OPTIONS
exec "$python" "$@"
