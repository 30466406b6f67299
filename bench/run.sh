#!/usr/bin/env bash
# Prints the medians of ROUNDS (8) interleaved rounds of every benchmark: ns, bytes and allocations an
# operation, and each other metric in ns that it reports; of rivals also the median and the range of the
# rounds' ratios to ours, the benchmark "dynaseal" of the same group. A round runs each benchmark once, so that
# all meet the same neighbours on the machine; rivals take turns in being the first.
set -euo pipefail
cd "$(dirname "$0")"

binary=$(mktemp)
log=$(mktemp)
trap 'rm -f "$binary" "$log"' EXIT
go test -c -o "$binary" .
for ((round = 0; round < ${ROUNDS:-8}; round++)); do
  echo "round $round" >>"$log"
  ROUND=$round "$binary" -test.run '^$' -test.bench "${1:-.}" -test.benchtime "${BENCHTIME:-200ms}" -test.cpu 1 >>"$log"
done
awk '/^round/ { round = $2 }
     /^Benchmark/ {
       for (i = 3; i < NF; i += 2) {
         value[$(i + 1)] = $i
         if ($(i + 1) ~ /-ns$/) print $1 ":" $(i + 1), $i, 0, 0, 0
       }
       lines[++n] = $1 " " value["ns/op"] " " value["B/op"] " " value["allocs/op"]
       group = $1; sub(/[^\/]*$/, "", group)
       rounds[n] = round; groups[n] = group
       if ($1 == group "dynaseal") ours[group, round] = value["ns/op"]
     }
     END {
       for (i = 1; i <= n; i++) {
         split(lines[i], l, " ")
         print lines[i], (groups[i], rounds[i]) in ours ? l[2] / ours[groups[i], rounds[i]] : 0
       }
     }' "$log" | sort -k1,1 -k2,2n |
  awk '{ if ($1 != name) { show(); name = $1; n = 0 } ns[++n] = $2; ratio[n] = $5; bytes = $3; allocs = $4 }
       function median(sorted) { return (sorted[int((n + 1) / 2)] + sorted[int(n / 2) + 1]) / 2 }
       function show(  i, j, r) {
         if (!n) return
         printf "%-42s %8.0f ns %6d B %4d allocs", name, median(ns), bytes, allocs
         for (i = 2; i <= n; i++) for (j = i; j > 1 && ratio[j - 1] > ratio[j]; j--) { r = ratio[j]; ratio[j] = ratio[j - 1]; ratio[j - 1] = r }
         if (ratio[1] > 0 && name !~ /\/dynaseal$/) printf "  %.2f [%.2f..%.2f] of ours", median(ratio), ratio[1], ratio[n]
         print ""
       }
       END { show() }'
