#!/bin/sh
# Prints what the sanitizers found in processes of sanitized-python.sh, and fails if there is any.
#
#   sanitizer-reports.sh BUILD
#
# Where LeakSanitizer itself fails, as its tracer was seen to do before sanitized-python.sh kept it
# from the data of ending threads, it has found nothing, and has not looked for leaks in that process:
# its report is printed, not counted.
set -eu

reports=$1/reports
count=0
for file in $(find "$reports" -type f | sort); do
    echo "== $file"
    head -c 5000 "$file"
    if ! grep -q "LeakSanitizer has encountered a fatal error" "$file" ||
        grep -qE "ERROR: |runtime error: " "$file"; then
        count=$((count + 1))
    fi
done
echo "the sanitizers found something in $count processes"
test "$count" -eq 0
