# The service for processors; with --target cuda, for NVIDIA's GPUs. See deploy/README.md.
# Each base image can be another one, or pinned: --build-arg RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled@sha256:…
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0-noble
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim
# Without a shell and without packages; it has the C++ library that the native libraries need.
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
# CUDA 13 and cuDNN 9; what is missing of .NET comes with the application.
ARG CUDA_IMAGE=docker.io/nvidia/cuda:13.0.1-cudnn-runtime-ubuntu24.04

FROM ${NODE_IMAGE} AS node

FROM ${SDK_IMAGE} AS source
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
# npm believes the certificates that the system does.
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
WORKDIR /source
COPY .editorconfig global.json Directory.*.props LICENSE ./
COPY vendor vendor
COPY src src
COPY models models
COPY deploy/publish deploy/publish

# The secrets are for registries of one's own, as --secret id=nuget,src=NuGet.Config; without them the public ones are used.
FROM source AS publish-cpu
RUN --mount=type=secret,id=nuget,target=/root/.nuget/NuGet/NuGet.Config \
    --mount=type=secret,id=npm,target=/root/.npmrc \
    --mount=type=secret,id=certificates,target=/etc/ssl/certs/ca-certificates.crt \
    deploy/publish /image --no-self-contained

FROM source AS publish-cuda
RUN --mount=type=secret,id=nuget,target=/root/.nuget/NuGet/NuGet.Config \
    --mount=type=secret,id=npm,target=/root/.npmrc \
    --mount=type=secret,id=certificates,target=/etc/ssl/certs/ca-certificates.crt \
    deploy/publish /image --self-contained -p:Cuda=true

# Nothing is run in the stages below: their bases need no shell.
FROM ${CUDA_IMAGE} AS cuda
COPY --from=publish-cuda /image /
ENV ASPNETCORE_URLS=http://+:8080 \
    ASPNETCORE_HTTP_PORTS= \
    DOTNET_EnableDiagnostics=0 \
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 \
    Models__Directory=/models
WORKDIR /app
USER 1654:1654
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
    CMD ["/app/FcnService.Api", "healthcheck", "http://127.0.0.1:8080/healthz/ready"]
ENTRYPOINT ["/app/FcnService.Api"]
LABEL org.opencontainers.image.title="FcnService" \
      org.opencontainers.image.description="POST a photo, get its segmentation mask. With CUDA." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="0.1.0"

# The last stage is what a build without --target makes.
FROM ${RUNTIME_IMAGE} AS cpu
COPY --from=publish-cpu /image /
ENV ASPNETCORE_URLS=http://+:8080 \
    ASPNETCORE_HTTP_PORTS= \
    DOTNET_EnableDiagnostics=0 \
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 \
    Models__Directory=/models
WORKDIR /app
USER 1654:1654
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
    CMD ["/app/FcnService.Api", "healthcheck", "http://127.0.0.1:8080/healthz/ready"]
ENTRYPOINT ["/app/FcnService.Api"]
LABEL org.opencontainers.image.title="FcnService" \
      org.opencontainers.image.description="POST a photo, get its segmentation mask." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="0.1.0"
