# Runs what is in an image as a container would: its file system, read-only, and its user, variables, folder and entry point.
# Of $image, whose file system is $root, in namespaces of its own; $subject names it in the results, $work is where its logs go.

declare -A replica

enter_image() {
  user=$(of_image '{{.OCIv1.Config.User}}')
  folder=$(of_image '{{.OCIv1.Config.WorkingDir}}')
  readarray -t environment < <(list_of_image .OCIv1.Config.Env)
  readarray -t program < <(list_of_image .OCIv1.Config.Entrypoint)
  readarray -t probe < <(list_of_image .Docker.Config.Healthcheck.Test)
  ip link set lo up
  # Nothing of the image can be written to, not even /tmp.
  mount --bind "$root" "$root"
  mount -o remount,bind,ro "$root"
  mount --rbind /proc "$root/proc"
  mount --rbind /dev "$root/dev"
}

# in_image [NAME=VALUE…] PROGRAM ARGUMENTS…: as the image's user, in its folder, with its variables, and no way to more rights.
in_image() {
  local -a more=()
  while [[ $1 == *=* ]]; do
    more+=("$1")
    shift
  done
  exec env -i "${environment[@]}" "${more[@]}" setpriv --no-new-privs \
    unshare --root="$root" --wd="$folder" --setuid "${user%:*}" --setgid "${user#*:}" "$@"
}

# launch PORT [NAME=VALUE…]: the image's program, which will listen there
launch() {
  local port=$1
  shift
  in_image "$@" "${program[@]}" >>"$work/$port.log" 2>&1 &
  replica[$port]=$!
}

# start PORT [NAME=VALUE…]: the same, until it is ready; its time in $started_after, in seconds
start() {
  local from=$EPOCHREALTIME
  launch "$@"
  await_ready "$1"
  started_after=$(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $from }")
}

await_ready() {
  for _ in {1..1200}; do
    if curl --silent --fail --output /dev/null "http://127.0.0.1:$1/healthz/ready"; then return; fi
    is_running "$1" || break
    sleep 0.05
  done
  fail "$subject" 'it starts' "not ready within 60 s: $(tail -n 3 "$work/$1.log")"
  exit 1
}

is_running() { kill -0 "${replica[$1]}" 2>/dev/null; }

# stop PORT: its exit code in $exit_code, though it has ended by itself
stop() {
  exit_code=0
  kill -TERM "${replica[$1]}" 2>/dev/null || true
  wait "${replica[$1]}" || exit_code=$?
}

kill_now() {
  kill -KILL "${replica[$1]}"
  wait "${replica[$1]}" 2>/dev/null || true
}

memory() { awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/${replica[$1]}/status"; }

segment() { curl --silent --show-error --max-time 60 --header 'Content-Type: application/octet-stream' "$@"; }
