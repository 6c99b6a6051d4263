# Builds the image that `docker build .` would, and looks at it. Leaves its file system in $root and the stand-in's in $base.

image=localhost/fcnservice
# bytes FOLDER; mebibytes BYTES
bytes() { du -sb "$1" | cut -f1; }
mebibytes() { awk "BEGIN { printf \"%.1f\", $1 / 1048576 }"; }

build_image() {
  local started=$SECONDS
  limit 900 buildah build --format docker \
    --build-arg SDK_IMAGE=localhost/stand-in-sdk \
    --build-arg NODE_IMAGE=localhost/stand-in-node \
    --build-arg RUNTIME_IMAGE=localhost/stand-in-runtime \
    $(secrets) --tag "$image" . >"$work/build.log" 2>&1 || { tail -n 40 "$work/build.log" >&2; return 1; }
  pass image 'the Dockerfile builds on the stand-ins' "$((SECONDS - started)) s"
  base=$(buildah mount "$(buildah from localhost/stand-in-runtime)")
  root=$(buildah mount "$(buildah from "$image")")
}

# What this machine reaches its registries with.
secrets() {
  local secret
  for secret in "nuget,src=$HOME/.nuget/NuGet/NuGet.Config" "npm,src=$HOME/.npmrc" 'certificates,src=/etc/ssl/certs/ca-certificates.crt'; do
    if [ -f "${secret#*src=}" ]; then printf -- '--secret id=%s ' "$secret"; fi
  done
}

check_image() {
  local whole added strange writable user label probe
  whole=$(bytes "$root")
  added=$((whole - $(bytes "$base")))
  check image 'adds at most 250 MB to its base' \
    "$(mebibytes "$added") MiB; $(mebibytes "$(bytes "$root/app")") MiB of them programs, $(mebibytes "$(bytes "$root/models")") MiB models; \
$(mebibytes "$whole") MiB with the stand-in" [ "$added" -le 250000000 ]

  strange=$(find "$root" -xdev \( -name npm -o -name node -o -name node_modules -o -path '*/dotnet/sdk' -o -name 'libtorch*' -o -name '*.cs' \) \
    -printf '%P ')
  check image 'no SDK, no npm, no libtorch, no sources' "${strange:-none}" [ -z "$strange" ]

  user=$(of_image '{{.OCIv1.Config.User}}')
  writable=$(find "$root/app" "$root/models" \( -uid "${user%:*}" -o -gid "${user#*:}" -o -perm /o+w \) -printf '%P ')
  check image 'runs as a user who can change nothing of it' "user $user, ${writable:-none} writable" [ "${user%:*}" != 0 -a -z "$writable" ]

  label=$(of_image '{{with .OCIv1.Config.Labels}}{{index . "org.opencontainers.image.title"}} {{index . "org.opencontainers.image.version"}}{{end}}')
  probe=$(list_of_image .Docker.Config.Healthcheck.Test | paste -sd ' ')
  check image 'labels and a health check' "$label; $probe" [ -n "${label# }" -a -n "$probe" ]
}

# of_image TEMPLATE; list_of_image FIELD, an entry a line
of_image() { buildah inspect --type image --format "$1" "$image"; }
list_of_image() { of_image "{{range $1}}{{println .}}{{end}}" | sed '/^$/d'; }
