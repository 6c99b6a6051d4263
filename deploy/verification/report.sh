# The table of results. Every row is a bound, what was measured, and whether that is within; $report is the file that they are kept in.

say() { printf '\n%s\n' "$*" >&2; }

# pass CASE BOUND MEASURED; fail CASE BOUND MEASURED
pass() { row "$@" pass; }
fail() { row "$@" fail; }

# check CASE BOUND MEASURED COMMAND…: passes if the command does.
check() {
  local name=$1 bound=$2 measured=$3
  shift 3
  if "$@"; then pass "$name" "$bound" "$measured"; else fail "$name" "$bound" "$measured"; fi
}

row() {
  printf '| %s | %s | %s | %s |\n' "$1" "${2//|/\\|}" "${3//|/\\|}" "$4" >>"$report"
  printf '  %s: %s: %s\n' "$4" "$2" "$3" >&2
}

# limit SECONDS COMMAND…: the command with its output, ended when the time is over.
limit() { timeout --foreground --kill-after=10 "$@"; }

# Prints the table, writes it into a file between the markers if one is named, and fails if a row does.
finish() {
  local results
  results=$(
    printf '%s, %d minutes, on %d cores of %s, %s.\n\n' "$(date -u +%F)" $((SECONDS / 60)) "$(nproc)" \
      "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)" "$(. /etc/os-release && echo "$PRETTY_NAME")"
    printf '| case | bound | measured | |\n|---|---|---|---|\n'
    cat "$report"
  )
  printf '\n%s\n' "$results"
  if [ -n "$1" ]; then write_between_markers "$1" "$results"; fi
  ! grep -q '| fail |$' "$report"
}

write_between_markers() {
  local file=$1 results=$2 begin='<!-- results: written by deploy/verify -->' end='<!-- end of results of deploy/verify -->'
  if ! grep -qxF -- "$begin" "$file" || ! grep -qxF -- "$end" "$file"; then
    echo "$file lacks the lines '$begin' and '$end'." >&2
    return 1
  fi
  printf '%s\n' "$results" >"$work/results"
  awk -v begin="$begin" -v end="$end" -v results="$work/results" '
    $0 == end { inside = 0 }
    !inside { print }
    $0 == begin { inside = 1; print ""; while ((getline line < results) > 0) print line; print "" }
  ' "$file" >"$work/output"
  cat "$work/output" >"$file"
}
