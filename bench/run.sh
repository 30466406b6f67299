#!/usr/bin/env bash
# Prints the medians of ROUNDS (8) interleaved rounds of every benchmark: ns, bytes and allocations an
# operation, and each other metric in ns that it reports. A round runs each benchmark once, so that all meet
# the same neighbours on the machine.
set -euo pipefail
cd "$(dirname "$0")"

binary=$(mktemp)
log=$(mktemp)
trap 'rm -f "$binary" "$log"' EXIT
go test -c -o "$binary" .
for ((round = 0; round < ${ROUNDS:-8}; round++)); do
  "$binary" -test.run '^$' -test.bench "${1:-.}" -test.benchtime "${BENCHTIME:-200ms}" -test.cpu 1 >>"$log"
done
awk '/^Benchmark/ {
       for (i = 3; i < NF; i += 2) { value[$(i + 1)] = $i; if ($(i + 1) ~ /-ns$/) print $1 ":" $(i + 1), $i, 0, 0 }
       print $1, value["ns/op"], value["B/op"], value["allocs/op"]
     }' "$log" | sort -k1,1 -k2,2n |
  awk '{ if ($1 != name) { show(); name = $1; n = 0 } ns[++n] = $2; bytes = $3; allocs = $4 }
       function show() { if (n) printf "%-42s %8.0f ns %6d B %4d allocs\n", name, ns[int((n + 1) / 2)], bytes, allocs }
       END { show() }'
