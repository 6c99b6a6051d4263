# Stand-ins for the images that the Dockerfile begins with, made of what this machine has: Debian's smallest system, the installed .NET and npm.

# Images and containers are kept in the folder that is removed in the end; vfs needs nothing of the kernel.
make_storage() {
  printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/storage"\nrunroot = "%s/run"\n' "$work" "$work" >"$work/storage.conf"
  export CONTAINERS_STORAGE_CONF=$work/storage.conf BUILDAH_ISOLATION=chroot
}

make_bases() {
  local debian=$work/debian dotnet
  # "Microsoft.NETCore.App 10.0.12 [/usr/share/dotnet/shared/Microsoft.NETCore.App]"
  dotnet=$(dotnet --list-runtimes | sed -n 's|^Microsoft\.NETCore\.App .* \[\(.*\)/shared/.*\]$|\1|p' | tail -n 1)
  limit 300 debootstrap --variant=minbase --include=ca-certificates,libssl3,libstdc++6 bookworm "$debian" "$(mirror)" >"$work/debootstrap.log" ||
    { tail -n 5 "$work/debootstrap.log" >&2; return 1; }
  rm -rf "$debian"/var/cache/apt "$debian"/var/lib/apt/lists

  # Like the image cuda, without NVIDIA's libraries.
  make_base cuda "$debian"

  # Like the image aspnet: a system with the two shared frameworks.
  ln -s ../share/dotnet/dotnet "$debian/usr/bin/dotnet"
  mkdir "$debian/usr/share/dotnet"
  cp -r "$dotnet"/{dotnet,host,shared} "$debian/usr/share/dotnet/"
  make_base runtime "$debian"

  # Like the image sdk: the same with all of it.
  cp -r "$dotnet"/. "$debian/usr/share/dotnet/"
  make_base sdk "$debian" --env HOME=/root --env DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 --env DOTNET_NOLOGO=1
  rm -rf "$debian"

  # Like the image node, as far as it is looked at.
  mkdir -p "$work/node/usr/local/bin" "$work/node/usr/local/lib/node_modules"
  cp "$(node --print process.execPath)" "$work/node/usr/local/bin/node"
  cp -r "$(npm root --global)/npm" "$work/node/usr/local/lib/node_modules/npm"
  make_base node "$work/node"
  rm -rf "$work/node"
}

# The place that this machine's own packages come from.
mirror() {
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' | awk '$2 == "bookworm" && $3 == "main" { print $1; exit }'
}

# make_base NAME FOLDER [OPTIONS OF buildah config…]
make_base() {
  local name=$1 folder=$2 container
  shift 2
  container=$(buildah from scratch)
  buildah copy --quiet "$container" "$folder" / >/dev/null
  buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" "$container"
  buildah commit --quiet --rm "$container" "localhost/stand-in-$name" >/dev/null
}
