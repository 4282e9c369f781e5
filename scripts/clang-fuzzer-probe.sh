#!/bin/sh
# Succeeds when clang can link a libFuzzer program with AddressSanitizer.
set -eu

program=$(mktemp)
trap 'rm -f "$program"' EXIT
echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' |
    clang++ -x c++ -fsanitize=fuzzer,address,undefined -o "$program" -
