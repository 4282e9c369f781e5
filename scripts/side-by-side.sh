#!/bin/sh
# Runs two commands at the same time and fails when one of them does.
#
#   side-by-side.sh LOG FIRST SECOND
#
# FIRST's output appears as it comes; SECOND's goes to the file LOG and appears when both are over.
set -eu

log=$1
first=$2
second=$3

mkdir -p "$(dirname "$log")"
sh -c "exec $second" >"$log" 2>&1 &
pid=$!
# The shell lets what runs in the background go on after an interrupt.
trap 'kill "$pid" 2>/dev/null || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

first_code=0
sh -c "$first" || first_code=$?
second_code=0
wait "$pid" || second_code=$?
cat "$log"
exit $((first_code > second_code ? first_code : second_code))
