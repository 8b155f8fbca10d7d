FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --release --locked --package poolhouse-server \
    && cp target/release/poolhouse /poolhouse \
    && mkdir /data

# Has glibc, certificates of the public authorities, and a user without privileges; no shell.
FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="Poolhouse" \
      org.opencontainers.image.description="A self-hosted identity provider that speaks Amazon Cognito user pools" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /poolhouse /poolhouse
COPY --from=build --chown=65532:65532 /data /data
ENV POOLHOUSE_LISTEN=0.0.0.0:7665 \
    POOLHOUSE_DATA_DIR=/data
EXPOSE 7665
VOLUME /data
HEALTHCHECK --interval=5s --timeout=3s --start-period=15s --retries=6 CMD ["/poolhouse", "healthcheck"]
ENTRYPOINT ["/poolhouse"]
