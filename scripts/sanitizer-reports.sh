#!/bin/sh
# Prints what the sanitizers found in processes of sanitized-python.sh, and fails if there is any.
#
#   sanitizer-reports.sh BUILD
set -eu

reports=$1/reports
found=$(find "$reports" -type f | sort)
for file in $found; do
    echo "== $file"
    head -c 5000 "$file"
done
count=$(echo "$found" | grep -c . || true)
echo "the sanitizers found something in $count processes"
test "$count" -eq 0
