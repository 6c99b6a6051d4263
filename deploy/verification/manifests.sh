# docker-compose.yml and the manifests for Kubernetes.

check_compose() {
  local services
  services=$(docker-compose --profile gpu --profile observability config --services | sort | paste -sd ' ')
  check manifests "docker-compose $(docker-compose version --short) takes docker-compose.yml, with every profile" "$services" \
    limit 60 docker-compose --profile gpu --profile observability config --quiet
  if docker compose version >/dev/null 2>&1; then
    check manifests "docker compose $(docker compose version --short) takes it" 'with every profile' \
      limit 60 docker compose --profile gpu --profile observability config --quiet
  else
    row manifests 'docker compose (v2) takes it' 'not installed here' skipped
  fi
}

check_kubernetes() {
  local folder found version
  version=$(kubectl version --client --output=json | sed -n 's/.*"gitVersion": "\(.*\)".*/\1/p')
  # The schemas of every kind, as types: the compiler finds fields that do not exist.
  cp -r deploy/verification/schemas "$work/schemas"
  (cd "$work/schemas" && limit 300 npm ci --ignore-scripts --no-audit --no-fund --loglevel error >&2)
  for folder in base overlays/gpu batch; do
    limit 60 kubectl kustomize "deploy/kubernetes/$folder" >"$work/manifests.yaml" 2>"$work/kustomize.log" || cat "$work/kustomize.log" >&2
    if found=$(limit 120 node "$work/schemas/check.mjs" "$work/manifests.yaml"); then
      pass manifests "kubectl $version builds deploy/kubernetes/$folder, and it keeps to the schemas" "$found"
    else
      fail manifests "kubectl $version builds deploy/kubernetes/$folder, and it keeps to the schemas" "$(paste -sd ' ' <<<"$found")"
    fi
  done
}
