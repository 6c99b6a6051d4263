# Builds the images that `docker build` would, and looks at them. Their names are name_of TARGET; $image is the one that is looked at.

name_of() { echo "localhost/fcnservice:$1"; }
# bytes FOLDER; mebibytes BYTES
bytes() { du -sb "$1" | cut -f1; }
mebibytes() { awk "BEGIN { printf \"%.1f\", $1 / 1048576 }"; }

# build_image TARGET BASE: on the stand-in of that name. Leaves the image's file system in $root and the stand-in's in $base.
build_image() {
  local started=$SECONDS
  image=$(name_of "$1")
  limit 900 buildah build --format docker --target "$1" \
    --build-arg SDK_IMAGE=localhost/stand-in-sdk \
    --build-arg NODE_IMAGE=localhost/stand-in-node \
    --build-arg RUNTIME_IMAGE=localhost/stand-in-runtime \
    --build-arg CUDA_IMAGE=localhost/stand-in-cuda \
    $(secrets) --tag "$image" . >"$work/build.log" 2>&1 || { tail -n 40 "$work/build.log" >&2; return 1; }
  pass "$1 image" 'the Dockerfile builds it on the stand-ins' "$((SECONDS - started)) s"
  base=$(buildah mount "$(buildah from "localhost/stand-in-$2")")
  root=$(buildah mount "$(buildah from "$image")")
}

# What this machine reaches its registries with.
secrets() {
  local secret
  for secret in "nuget,src=$HOME/.nuget/NuGet/NuGet.Config" "npm,src=$HOME/.npmrc" 'certificates,src=/etc/ssl/certs/ca-certificates.crt'; do
    if [ -f "${secret#*src=}" ]; then printf -- '--secret id=%s ' "$secret"; fi
  done
}

# check_image SUBJECT MEGABYTES: that is the most it may add to its base.
check_image() {
  local subject=$1 whole added strange writable user label probe
  whole=$(bytes "$root")
  added=$((whole - $(bytes "$base")))
  check "$subject" "adds at most $2 MB to its base" \
    "$(mebibytes "$added") MiB; $(mebibytes "$(bytes "$root/app")") MiB of them programs, $(mebibytes "$(bytes "$root/models")") MiB models; \
$(mebibytes "$whole") MiB with the stand-in" [ "$added" -le "${2}000000" ]

  strange=$(find "$root" -xdev \( -name npm -o -name node -o -name node_modules -o -path '*/dotnet/sdk' -o -name 'libtorch*' -o -name '*.cs' \) \
    -printf '%P ')
  check "$subject" 'no SDK, no npm, no libtorch, no sources' "${strange:-none}" [ -z "$strange" ]

  user=$(of_image '{{.OCIv1.Config.User}}')
  writable=$(find "$root/app" "$root/models" \( -uid "${user%:*}" -o -gid "${user#*:}" -o -perm /o+w \) -printf '%P ')
  check "$subject" 'runs as a user who can change nothing of it' "user $user, ${writable:-none} writable" [ "${user%:*}" != 0 -a -z "$writable" ]

  label=$(of_image '{{with .OCIv1.Config.Labels}}{{index . "org.opencontainers.image.title"}} {{index . "org.opencontainers.image.version"}}{{end}}')
  probe=$(list_of_image .Docker.Config.Healthcheck.Test | paste -sd ' ')
  check "$subject" 'labels and a health check' "$label; $probe" [ -n "${label# }" -a -n "$probe" ]
}

# list_contents: the image's settings, without the description, in which the two differ, and its files
list_contents() {
  of_image '{{with .Docker.Config}}{{.User}}{{println}}{{.WorkingDir}}{{println}}{{.ExposedPorts}}{{println}}{{.Entrypoint}}{{println}}{{.Cmd}}{{println}}'\
'{{.Healthcheck}}{{println}}{{range .Env}}{{println .}}{{end}}{{range $name, $value := .Labels}}{{println $name $value}}{{end}}{{end}}' |
    grep -v 'image\.description'
  (cd "$root" && find app models -type f)
}

# check_cuda_image CONTENTS: those of the cpu image, as list_contents has them
check_cuda_image() {
  local lacking missing
  lacking=$(list_contents | sort | comm -13 - <(sort "$1") | paste -sd ' ')
  check 'cuda image' 'has what the cpu image has: settings, user, health check, labels, files' "lacking: ${lacking:-nothing}" [ -z "$lacking" ]

  # The stand-in has the system's libraries, as NVIDIA's image has.
  missing=$(chroot "$root" ldd /app/libonnxruntime_providers_cuda.so | awk '/not found/ { print $1 }' | sort | paste -sd ' ' || true)
  check 'cuda image' 'of what the CUDA provider is linked to, NVIDIA'\''s libraries alone are missing' "${missing:-none}" only_nvidias $missing
}

only_nvidias() {
  local library
  for library; do
    case $library in
      libcu*.so.* | libnv*.so.*) ;;
      *) return 1 ;;
    esac
  done
  [ $# -gt 0 ]
}

# of_image TEMPLATE; list_of_image FIELD, an entry a line
of_image() { buildah inspect --type image --format "$1" "$image"; }
list_of_image() { of_image "{{range $1}}{{println .}}{{end}}" | sed '/^$/d'; }
