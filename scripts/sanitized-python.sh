#!/bin/sh
# Runs Python with the sanitized build of the extension in place of the working tree's.
#
#   sanitized-python.sh PYTHON BUILD [ARGUMENT...]
#
# BUILD is a build directory of the preset python-asan, whose package/ is what
# package-with-extension.sh has made of it. Each process that a sanitizer finds something in writes
# a file into BUILD/reports, for sanitizer-reports.sh to print: what it writes to stderr is lost
# where the tests capture that. What ASAN_OPTIONS, UBSAN_OPTIONS and PYTHONPATH hold stays in force,
# after what is set here.
set -eu

python=$1
build=$(cd "$2" && pwd)
shift 2
root=$(cd "$(dirname "$0")/.." && pwd)

compiler=${CXX:-g++}
# The sanitizer's runtime has to be there before the interpreter's own allocations, and the C++
# runtime beside it, for it to see exceptions.
LD_PRELOAD="$("$compiler" -print-file-name=libasan.so) $("$compiler" -print-file-name=libstdc++.so)"
PYTHONPATH=$build/package:$root/scripts/sanitized${PYTHONPATH:+:$PYTHONPATH}
# CPython's own allocator would hide the borders of its objects.
PYTHONMALLOC=malloc
mkdir -p "$build/reports"
# GCC 12's LeakSanitizer reads what libraries keep for threads that are ending, and has crashed there
# in processes that draw with matplotlib (3 of some 100 under load). It finds leaks without, too.
threads=intercept_tls_get_addr=0
log=log_path=$build/reports/report
ASAN_OPTIONS=detect_leaks=1:$threads:strict_string_checks=1:allocator_may_return_null=1:$log${ASAN_OPTIONS:+:$ASAN_OPTIONS}
LSAN_OPTIONS=suppressions=$root/scripts/sanitized/leaks.supp:print_suppressions=0
UBSAN_OPTIONS=print_stacktrace=1:$log${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}
PYMONGO_CPP_TEST_PROFILE=${PYMONGO_CPP_TEST_PROFILE:-sanitized}
export PYMONGO_CPP_TEST_PROFILE
export LD_PRELOAD PYTHONPATH PYTHONMALLOC ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS
exec "$python" "$@"
