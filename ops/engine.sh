# shellcheck shell=bash
# shellcheck disable=SC2034  # the list is found by its group's name
#
# engine.sh - a Docker engine for the tests of the containers, and the images
# that they start from.
#
# An engine that answers already is used as it is, and its registry with it.
# Else one of our own is started: Debian 13's programs, unpacked under
# .run/cache and not installed, since they need only Debian 12's libc and the
# engine of Debian 12 is too old for our compose file.  It has its own socket,
# its own data, and no registry: debian:bookworm-slim is made by debootstrap and
# apache/kafka of the jars that ./receipts runs.  Stopping it puts the firewall
# back as it was.
#

engine_home=/run/receipts-engine # short: the path of a socket holds 107 bytes
engine_programs="$cache/engine"
engine_data="$cache/containers"
engine_packages="docker.io docker-cli docker-buildx docker-compose containerd"
base_image=debian:bookworm-slim
debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg
packages_engine="debootstrap iptables runc"

# Set when the engine is ours.
engine_own=''

# Says why no container can run here; nothing where one can.
engine_obstacle() {
	local needed=$(((1 << 21) | (1 << 12))) # CAP_SYS_ADMIN, CAP_NET_ADMIN
	if ((EUID != 0)) && ! sudo -n true 2>/dev/null; then
		printf 'no engine answers, and starting one needs root'
	elif ((EUID == 0)) && (((0x$(awk '/^CapEff/ { print $2 }' /proc/self/status) & needed) != needed)); then
		printf 'no engine answers, and root may not start one here'
	fi
}

engine_answers() { docker info >/dev/null 2>&1; }

# Does an engine with a Compose that knows our file answer, other than ours?
engine_present() {
	engine_answers && docker compose version >/dev/null 2>&1
}

# Brings up our own engine; engine_stop is to follow in any case.
engine_start() {
	install_packages engine
	[[ -d $engine_programs ]] || step "Fetching the container engine" engine_fetch ||
		die "the container engine could not be fetched"
	export PATH="$engine_programs/usr/bin:$engine_programs/usr/sbin:$PATH" DOCKER_HOST="unix://$engine_home/docker.sock"
	export DOCKER_CONFIG="$engine_programs/config"
	exec 8>"$cache/engine.lock"
	flock 8
	step "Starting the container engine" engine_launch ||
		die "the container engine did not start; its log is $test_dir/dockerd.log"
	docker image inspect "$base_image" >/dev/null 2>&1 ||
		step "Making $base_image by debootstrap" engine_base_image || die "$base_image could not be made"
	kafka_fetch || die "Apache Kafka $kafka_version could not be fetched"
	step "Making apache/kafka:$kafka_version of its jars" engine_kafka_image ||
		die "apache/kafka:$kafka_version could not be made"
}

# Debian 13's packages by an apt state of their own: the machine's stays as it is.
engine_fetch() {
	local state="$cache/engine.apt" package mirror options
	rm -rf "$state" "$engine_programs.new"
	mkdir -p "$state"/{lists,archives}/partial "$engine_programs.new/config"
	mirror=$(debian_mirror bookworm)
	printf 'deb [signed-by=%s] %s trixie main\n' "$debian_keyring" "$mirror" >"$state/sources.list"
	options=(-o "Dir::Etc::sourcelist=$state/sources.list" -o Dir::Etc::sourceparts=/dev/null
		-o "Dir::State::lists=$state/lists" -o "Dir::Cache::archives=$state/archives"
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
		-o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3)
	apt-get -qq "${options[@]}" update || return
	# shellcheck disable=SC2086  # a list
	(cd "$state" && apt-get -qq "${options[@]}" download $engine_packages) || return
	for package in "$state"/*.deb; do
		dpkg-deb -x "$package" "$engine_programs.new" || return
	done
	ln -s ../usr/libexec/docker/cli-plugins "$engine_programs.new/config/"
	rm -rf "$state" "$engine_programs"
	mv "$engine_programs.new" "$engine_programs"
}

# Where this machine's apt has the release CODENAME from.
debian_mirror() {
	# shellcheck disable=SC2016  # apt's own variable
	apt-get indextargets --format '$(REPO_URI)' "Codename: $1" 'Created-By: Packages' | head -n 1
}

# dockerd switches forwarding on and fills the firewall; both are noted before.
engine_launch() {
	as_root mkdir -p "$engine_home" "$engine_data"
	as_root iptables-save >"$cache/iptables.before"
	cat /proc/sys/net/ipv4/ip_forward >"$cache/ip_forward.before"
	# Forwarding that is on already leaves dockerd no cause to close the chain FORWARD.
	as_root sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	as_root env "PATH=$PATH" setsid dockerd --host "$DOCKER_HOST" \
		--group "$(id -g)" --data-root "$engine_data" --exec-root "$engine_home/exec" \
		--pidfile "$engine_home/docker.pid" >"$test_dir/dockerd.log" 2>&1 8>&- 9>&- </dev/null &
	disown
	wait_until 60 engine_answers
}

engine_pid() { as_root cat "$engine_home/docker.pid" 2>/dev/null; }

engine_gone() { ! as_root kill -0 "$1" 2>/dev/null; }

# Ends our engine and leaves the network as it was found.
engine_stop() {
	local pid network networks=''
	[[ -n $engine_own && -e $cache/iptables.before ]] || return 0
	if pid=$(engine_pid); then
		networks=$(docker network ls -q --filter driver=bridge || true)
		as_root kill "$pid"
		wait_until 60 engine_gone "$pid" || die "the container engine, pid $pid, does not stop"
	fi
	# shellcheck disable=SC2086  # a list
	for network in docker0 $(printf 'br-%s ' $networks); do
		! ip link show "$network" >/dev/null 2>&1 || as_root ip link del "$network"
	done
	engine_restore_firewall
	as_root sh -c "umount $engine_home/exec/netns/default; rm -rf $engine_home" 2>/dev/null
	flock -u 8
}

# Empties the tables that dockerd wrote to, then loads what was in them.
engine_restore_firewall() {
	local table
	for table in filter nat; do
		as_root iptables -t "$table" -F && as_root iptables -t "$table" -X
	done 2>/dev/null
	as_root iptables -P FORWARD ACCEPT
	as_root iptables-restore <"$cache/iptables.before" && rm "$cache/iptables.before"
	as_root sh -c 'cat >/proc/sys/net/ipv4/ip_forward' <"$cache/ip_forward.before" &&
		rm "$cache/ip_forward.before"
}

# A minimal Debian 12 with this machine's mirrors, reduced as the official image
# is: no documentation, no translations.
engine_base_image() {
	local tree="$cache/base" mirror security
	mirror=$(debian_mirror bookworm)
	security=$(debian_mirror bookworm-security)
	as_root rm -rf "$tree"
	mkdir -p "$tree"
	as_root debootstrap --variant=minbase --keyring="$debian_keyring" bookworm "$tree/root" "$mirror" || return
	{
		printf 'deb [signed-by=%s] %s bookworm main\n' "$debian_keyring" "$mirror"
		printf 'deb [signed-by=%s] %s bookworm-updates main\n' "$debian_keyring" "$mirror"
		[[ -z $security ]] ||
			printf 'deb [signed-by=%s] %s bookworm-security main\n' "$debian_keyring" "$security"
	} >"$tree/sources.list"
	cat >"$tree/slim" <<-'END'
		path-exclude=/usr/share/doc/*
		path-include=/usr/share/doc/*/copyright
		path-exclude=/usr/share/man/*
		path-exclude=/usr/share/locale/*
		path-exclude=/usr/share/info/*
	END
	as_root cp "$tree/sources.list" "$tree/root/etc/apt/sources.list"
	as_root cp "$tree/slim" "$tree/root/etc/dpkg/dpkg.cfg.d/slim"
	as_root find "$tree/root/usr/share/doc" -type f ! -name copyright -delete
	as_root sh -c "cd '$tree/root' && rm -rf usr/share/man/* usr/share/locale/* usr/share/info/* \
		var/lib/apt/lists/* var/cache/apt/*.bin var/cache/apt/archives/*.deb var/log/*.log var/log/apt/* \
		etc/hostname && : >etc/resolv.conf"
	as_root tar -C "$tree/root" --numeric-owner -c . |
		docker import --change 'CMD ["bash"]' - "$base_image" || return
	as_root rm -rf "$tree"
}

# The broker's jars behind the official image's ways: its user, its folders, its
# environment, read by the official wrapper, which is one of the jars.
engine_kafka_image() {
	docker buildx build --progress plain --build-context "jars=$kafka_libs" \
		--tag "apache/kafka:$kafka_version" "$root/tests/containers/kafka"
}
