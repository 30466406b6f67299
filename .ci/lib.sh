# Functions of .ci/run: steps, tests that are counted, cleaning up. They run under ||, where set -e does
# nothing: each says itself when it failed.

started=() # process groups of servers
running=   # process group of the step that runs
failed=()  # names of checks that failed

say() { printf '[%s] %s\n' "$(date +%H:%M:%S)" "$*"; }

cleanup() {
  local group
  for group in $running "${started[@]}"; do
    kill -- "-$group" 2>/dev/null || true
  done
  wait 2>/dev/null || true
}

# timed NAME COMMAND…: runs a step in the background, since a trap waits for the foreground.
timed() {
  local name=$1 begin=$SECONDS status=0
  shift
  say "$name"
  "$@" </dev/null &
  running=$!
  wait "$running" || status=$?
  running=
  say "$name: $( ((status)) && echo "FAILED ($status)" || echo ok), $((SECONDS - begin)) s"
  return "$status"
}

must() {
  timed "$@" || exit 1
}

check() {
  timed "$@" || failed+=("$1")
}

in_folder() {
  cd "$1" && "${@:2}"
}

# alone COMMAND…: not while another run fills the same cache.
alone() { flock "$cache/lock" "$@"; }

hash_of() {
  find "$@" -type f -not -path '*/target/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16
}

# library NAME: where the software token of that name is installed.
library() {
  local files
  files=$(dpkg -L libsofthsm2 libnss3) && grep -m1 "/$1\$" <<<"$files"
}

# answers_http PORT: waits until any HTTP answer comes.
answers_http() {
  local tries
  for ((tries = 0; tries < 150; tries++)); do
    if python3 .ci/dynamodb-local/answers.py "$1"; then
      return
    fi
    sleep 0.2
  done
  return 1
}

# gotest LOG FLAG…: go test ./..., the README's command, with its log in a file and its last lines
# here. A test that was skipped fails, where none may be.
gotest() {
  local log=$1 status=0
  shift
  go test -v -count=1 -timeout 20m "$@" ./... >"$log" 2>&1 || status=$?
  grep -E '^(ok|FAIL|---|panic:)' "$log" | grep -v '^--- PASS' || true
  grep -E '^ +(corpus|cross|tamper|dbe|legacy|live[a-z_]*)_test\.go:' "$log" || true # the figures of a run against AWS's clients
  if ((status)); then
    # What a test says stands before how it ended.
    grep -nE '^ *--- FAIL|^panic:|\[(build|setup) failed\]' -B 30 -A 10 "$log" | head -400 || tail -100 "$log"
  fi
  counts "$log"
  if [[ ${DDB_NO_SKIP:-} == 1 ]] && grep -E '^ *--- SKIP' "$log"; then
    say "skipped tests are not allowed here"
    return 1
  fi
  return "$status"
}

# counts LOG: how its tests and their subtests ended.
counts() {
  local end
  for end in PASS FAIL SKIP; do
    printf '%s %s, ' "$(grep -cE "^ *--- $end" "$1")" "$end"
  done | sed 's/PASS/passed/; s/FAIL/failed/; s/SKIP/skipped/; s/, $/\n/'
}

gofmt_clean() {
  local unformatted
  unformatted=$(gofmt -l .) || return
  [[ -z $unformatted ]] || { printf 'not formatted:\n%s\n' "$unformatted"; return 1; }
}

# summary LOG: the last lines of the run, and its exit status.
summary() {
  say "logs are in $logs"
  say "took $((SECONDS / 60)) min $((SECONDS % 60)) s"
  if ((${#failed[@]})); then
    printf 'FAILED: %s\n' "${failed[@]}"
  fi
  grep -E '^(ok|FAIL)' "$1" || true
  counts "$1"
  ((${#failed[@]} == 0))
}
