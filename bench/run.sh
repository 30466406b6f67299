#!/usr/bin/env bash
# Prints the medians of ROUNDS (8) interleaved rounds of every benchmark: ns, bytes and allocations an
# operation. A round runs each benchmark once, so that all meet the same neighbours on the machine.
set -euo pipefail
cd "$(dirname "$0")"

binary=$(mktemp)
log=$(mktemp)
trap 'rm -f "$binary" "$log"' EXIT
go test -c -o "$binary" .
for ((round = 0; round < ${ROUNDS:-8}; round++)); do
  "$binary" -test.run '^$' -test.bench "${1:-.}" -test.benchtime "${BENCHTIME:-200ms}" -test.cpu 1 >>"$log"
done
awk '/^Benchmark/ { print $1, $3, $5, $7 }' "$log" | sort -k1,1 -k2,2n |
  awk '{ if ($1 != name) { show(); name = $1; n = 0 } ns[++n] = $2; bytes = $3; allocs = $4 }
       function show() { if (n) printf "%-42s %8.0f ns %6d B %4d allocs\n", name, ns[int((n + 1) / 2)], bytes, allocs }
       END { show() }'
