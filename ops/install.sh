# shellcheck shell=bash
# shellcheck disable=SC2034  # the lists are found by their group's name
#
# install.sh - Debian packages.  Nothing is asked of the network while nothing
# is missing.
#

packages_run="postgresql-15 postgresql-15-cron postgresql-15-partman curl iproute2 python3"
packages_build="gcc libc6-dev make pkg-config postgresql-server-dev-15 libpq-dev
	librdkafka-dev libmicrohttpd-dev libgnutls28-dev libjson-c-dev libssl-dev
	zlib1g-dev python3 python3-yaml"
packages_npm="npm"
packages_kafka="default-jre-headless"
packages_maven="maven"
packages_bench="wrk gnuplot-nox python3 python3-psycopg python3-requests
	python3-confluent-kafka"
packages_test="clang-format-14 cppcheck shellcheck libcmocka-dev openssl python3-pytest
	python3-pytest-timeout python3-requests python3-psycopg python3-hypothesis
	python3-confluent-kafka python3-venv"
packages_browser="chromium fonts-dejavu-core"

# Those of the named packages that are not installed.
packages_missing() {
	local package status
	declare -A installed=()
	while read -r status package; do
		[[ $status == ii* ]] && installed[${package%%:*}]=1
	done < <(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null || true)
	for package in "$@"; do
		[[ -n ${installed[$package]:-} ]] || printf '%s\n' "$package"
	done
}

# The groups of packages that building needs.  Debian's npm comes with 340 more, so
# any other one that is there will do.
build_packages() {
	printf 'build'
	command -v npm >/dev/null || printf ' npm'
}

# install_packages GROUP...: makes sure that all packages of the groups are there.
install_packages() {
	local group name list wanted=() missing=()
	for group in "$@"; do
		name=packages_$group
		read -r -d '' -a list <<<"${!name}" || true
		wanted+=("${list[@]}")
	done
	command -v apt-get >/dev/null ||
		die "apt-get is missing: ./receipts wants Debian 12; elsewhere, see \"make install\""
	mapfile -t missing < <(packages_missing "${wanted[@]}")
	((${#missing[@]})) || return 0
	say "==> Debian packages to install: ${missing[*]}"
	((EUID == 0)) || as_root true || die "sudo refused; packages cannot be installed"
	step "Reading the package lists" apt update -q ||
		warn "not every package list could be read; going on with those at hand"
	step "Installing ${#missing[@]} packages and what they need" apt_install "${missing[@]}" ||
		die "could not install packages; the whole output is in $run/log/setup.log"
	mapfile -t missing < <(packages_missing "${wanted[@]}")
	((${#missing[@]} == 0)) || die "still missing: ${missing[*]}"
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get \
		-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# The postgresql-15 package makes a cluster "main" of its own and has it started
# at boot.  Nobody asked for that one, so packages are told not to; the file
# that says so is gone afterwards.  Clusters that are there stay as they are.
apt_install() (
	guard=/etc/postgresql-common/createcluster.d/pg_receipts-install.conf
	trap 'as_root rm -f "$guard"' EXIT
	as_root mkdir -p "${guard%/*}"
	as_root sh -c "echo 'create_main_cluster = off' >$guard"
	apt install -y -q --no-install-recommends "$@"
)
