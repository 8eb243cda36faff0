# The images of pg_receipts:
#
#   postgres  PostgreSQL 15 with pg_receipts, pg_cron, pg_partman and tdigest
#   service   receipts-frontend, receipts-bridge, and sql/migrate with its psql
#
#   docker build --target service .
#
# Everything comes from Debian and npm, at the versions they have on the day of
# the build; /usr/share/doc/pg_receipts/packages in each image lists them.  To
# build the same again, give BASE a dated tag or a digest.
#
# Behind a proxy that opens TLS, name its certificates:
#   docker build --secret id=build-ca,src=/etc/ssl/certs/ca-certificates.crt ...

ARG BASE=debian:bookworm-slim
ARG VERSION=1.0

# --- what Debian has of PostgreSQL ---------------------------------------------
# Only the files: its packages depend on LLVM, Perl and Python, 400 MB that a
# server without JIT and without Debian's cluster scripts never loads.
FROM ${BASE} AS postgres-files

WORKDIR /packages
RUN apt-get update \
 && apt-get download postgresql-15 postgresql-client-15 postgresql-15-cron \
        postgresql-15-partman postgresql-15-tdigest postgresql-server-dev-15
RUN for package in *.deb; do \
        name=${package%%_*}; target=/files; \
        if [ "$name" = postgresql-server-dev-15 ]; then target=/headers; fi; \
        dpkg-deb -x "$package" "$target"; \
        mkdir -p "$target/var/lib/dpkg/status.d"; \
        dpkg-deb -f "$package" >"$target/var/lib/dpkg/status.d/$name"; \
    done \
 && cd /files && rm -rf etc usr/lib/postgresql/15/lib/bitcode usr/lib/postgresql/15/lib/llvmjit* \
        usr/share/doc usr/share/man usr/share/locale usr/share/postgresql/15/man lib usr/share/lintian

# --- what npm has for the pages ------------------------------------------------
FROM ${BASE} AS web

RUN apt-get update && apt-get install -y --no-install-recommends npm ca-certificates \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /web
COPY frontend/web/package.json frontend/web/package-lock.json frontend/web/.npmrc ./
RUN --mount=type=secret,id=build-ca NODE_EXTRA_CA_CERTS=/run/secrets/build-ca npm ci --cache /tmp/npm

# --- programs and extension ----------------------------------------------------
FROM ${BASE} AS build

RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev make pkg-config \
        libpq-dev librdkafka-dev libmicrohttpd-dev libgnutls28-dev libjson-c-dev libssl-dev \
        zlib1g-dev python3 python3-yaml \
 && rm -rf /var/lib/apt/lists/*
COPY --from=postgres-files /headers /
COPY --from=postgres-files /files/usr/lib/postgresql /usr/lib/postgresql
WORKDIR /src
COPY . .
COPY --from=web /web build/web
ARG VERSION
RUN test "$VERSION" = "$(sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" extension/pg_receipts.control)" \
 || { echo "VERSION=$VERSION is not that of extension/pg_receipts.control"; exit 1; }
RUN touch build/web/npm \
 && make -j "$(nproc)" install PREFIX=/usr DESTDIR=/out PG_CONFIG=/usr/lib/postgresql/15/bin/pg_config \
 && strip --strip-unneeded /out/usr/bin/receipts-* /out/usr/lib/postgresql/15/lib/pg_receipts.so

# --- image: postgres -----------------------------------------------------------
FROM ${BASE} AS postgres

# The libraries that the programs and extensions are linked with.
RUN groupadd --gid 10001 receipts && groupadd --gid 10002 postgres \
 && useradd --uid 10002 --gid postgres --groups receipts --home-dir /var/lib/postgresql --no-create-home \
        --shell /bin/bash postgres \
 && install -d -o postgres -g postgres -m 750 /var/lib/postgresql /run/postgresql \
 && apt-get update && apt-get install -y --no-install-recommends \
        libgssapi-krb5-2 libicu72 libldap-2.5-0 liblz4-1 libpam0g libpq5 libreadline8 libselinux1 \
        libssl3 libstdc++6 libsystemd0 libuuid1 libxml2 libxslt1.1 libzstd1 tzdata zlib1g \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*.log /var/log/apt /var/cache/debconf/*-old \
        /var/lib/dpkg/*-old /etc/*-
COPY --from=postgres-files /files /
COPY --from=build /out/usr/lib/postgresql /usr/lib/postgresql
COPY --from=build /out/usr/share/postgresql /usr/share/postgresql
COPY ops/postgresql.conf /etc/postgresql/receipts.conf
COPY --chmod=755 ops/containers/postgres-container ops/containers/packages /usr/local/bin/
RUN packages

ARG VERSION
LABEL org.opencontainers.image.title="pg_receipts postgres" \
      org.opencontainers.image.description="PostgreSQL 15 with pg_receipts, pg_cron, pg_partman and tdigest" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.licenses="PostgreSQL"

ENV PATH=/usr/lib/postgresql/15/bin:/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 \
    PGDATA=/var/lib/postgresql/15 PGHOST=/run/postgresql PGUSER=postgres
USER postgres
VOLUME /var/lib/postgresql
EXPOSE 5432
# Fast shutdown: sessions end, what has committed stays.
STOPSIGNAL SIGINT
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=6 \
    CMD ["pg_isready", "--quiet", "--host", "127.0.0.1"]
ENTRYPOINT ["postgres-container"]

# --- image: service ------------------------------------------------------------
FROM ${BASE} AS service

RUN groupadd --gid 10001 receipts \
 && useradd --uid 10001 --gid receipts --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin receipts \
 && apt-get update && apt-get install -y --no-install-recommends \
        libgnutls30 libjson-c5 libmicrohttpd12 libpq5 librdkafka1 libreadline8 libssl3 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*.log /var/log/apt /var/cache/debconf/*-old \
        /var/lib/dpkg/*-old /etc/*-
COPY --from=postgres-files /files/usr/lib/postgresql/15/bin/psql /usr/bin/
COPY --from=postgres-files /files/var/lib/dpkg/status.d/postgresql-client-15 /var/lib/dpkg/status.d/
COPY --from=build /out/usr/bin/ /usr/bin/
COPY --from=build /out/usr/share/pg_receipts /usr/share/pg_receipts
COPY --chmod=755 ops/containers/deploy ops/containers/healthy ops/containers/packages ops/containers/secrets \
     /usr/local/bin/
RUN packages \
 && cd / && for name in superuser-producer superuser-consumer producer relay consumer sink tokens grafana; do \
        install -d -o receipts -g receipts -m 750 "/run/secrets/$name"; \
    done

ARG VERSION
LABEL org.opencontainers.image.title="pg_receipts service" \
      org.opencontainers.image.description="The front ends, the bridge and the deployment of pg_receipts" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.licenses="PostgreSQL"

ENV LANG=C.UTF-8 RECEIPTS_ADMIN_LISTEN=:8082
USER receipts
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=6 CMD ["healthy"]
CMD ["receipts-frontend", "--help"]
