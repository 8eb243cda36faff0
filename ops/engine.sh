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
# its own data, and no registry: debian:bookworm-slim is made by debootstrap,
# apache/kafka of the jars that ./receipts runs, prom/prometheus of Debian 13's
# package.
#
# A guard puts the network back as it was.  It waits for the shell that started
# the engine, and all that this shell started, to end, and is out of reach of
# whatever ends them: Ctrl-C, SIGKILL, a pipe that broke.  Should the guard die
# too, the next start does its work first.
#

engine_home=/run/receipts-engine # short: the path of a socket holds 107 bytes
engine_programs="$cache/engine"
engine_data="$cache/containers"
engine_packages="docker.io docker-cli docker-buildx docker-compose containerd prometheus promtool"
base_image=debian:bookworm-slim
prometheus_image=$(sed -n 's/.*image: \(prom.*\)\${.*:-\(.*\)}$/\1\2/p' "$root/docker-compose.monitoring.yml")
debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg
packages_engine="debootstrap iptables runc"

# The process that stops the engine once descriptor 7 is closed everywhere.
engine_guard_pid=''

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

# Brings up our own engine; engine_release is to follow.
engine_start() {
	install_packages engine
	[[ -x $engine_programs/usr/bin/promtool ]] || step "Fetching the container engine" engine_fetch ||
		die "the container engine could not be fetched"
	export PATH="$engine_programs/usr/bin:$engine_programs/usr/sbin:$PATH" DOCKER_HOST="unix://$engine_home/docker.sock"
	export DOCKER_CONFIG="$engine_programs/config"
	as_root mkdir -p "$engine_home" "$engine_data"
	exec 8<"$engine_home"
	flock 8
	[[ ! -e $engine_home/before ]] || step "Stopping an engine that was left behind" engine_stop
	engine_guard
	step "Starting the container engine" engine_launch ||
		die "the container engine did not start; its log is $test_dir/dockerd.log"
	docker image inspect "$base_image" >/dev/null 2>&1 ||
		step "Making $base_image by debootstrap" engine_base_image || die "$base_image could not be made"
	kafka_fetch || die "Apache Kafka $kafka_version could not be fetched"
	step "Making apache/kafka:$kafka_version of its jars" engine_kafka_image ||
		die "apache/kafka:$kafka_version could not be made"
	step "Making $prometheus_image of Debian's package" engine_prometheus_image ||
		die "$prometheus_image could not be made"
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

# Starts the guard, in a process group of its own.  It keeps the lock (8) until
# the network is as it was.
engine_guard() {
	local pipe="$cache/engine.pipe"
	rm -f "$pipe"
	mkfifo "$pipe"
	set -m
	(
		trap '' HUP INT TERM
		cat >/dev/null
		engine_stop
	) <"$pipe" >"$test_dir/engine-stop.log" 2>&1 9>&- &
	engine_guard_pid=$!
	set +m
	exec 7>"$pipe"
	rm "$pipe"
}

# Lets the guard stop the engine, and waits for it.
engine_release() {
	[[ -n $engine_guard_pid ]] || return 0
	exec 7>&-
	wait "$engine_guard_pid" || die "the container engine was not stopped in order; see $test_dir/engine-stop.log"
	exec 8<&-
}

# dockerd switches forwarding on, fills the firewall and makes bridges; what was
# there is noted before.
engine_launch() {
	engine_note_network
	# Forwarding that is on already leaves dockerd no cause to close the chain FORWARD.
	as_root sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	as_root env "PATH=$PATH" setsid dockerd --host "$DOCKER_HOST" \
		--group "$(id -g)" --data-root "$engine_data" --exec-root "$engine_home/exec" \
		--pidfile "$engine_home/docker.pid" >"$test_dir/dockerd.log" 2>&1 7>&- 8<&- 9>&- </dev/null &
	disown
	wait_until 60 engine_answers
}

# In a folder that gets its name when it is whole, and does not outlive a reboot.
engine_note_network() {
	# shellcheck disable=SC2016  # root's shell expands it
	as_root sh -ec 'cd "$1" && rm -rf before.new && mkdir before.new
		iptables-save >before.new/firewall
		cat /proc/sys/net/ipv4/ip_forward >before.new/ip_forward
		ls /sys/class/net >before.new/links
		mv before.new before' sh "$engine_home"
}

engine_gone() { ! as_root kill -0 "$1" 2>/dev/null; }

# Ends our engine and leaves the network as it was found; goes on where a part
# of that fails.
engine_stop() {
	local status=0
	[[ -e $engine_home/before ]] || return 0
	engine_end docker.pid || status=1
	# Ends with dockerd, unless that was killed.
	engine_end exec/containerd/containerd.pid || status=1
	engine_remove_bridges || status=1
	engine_restore_firewall || status=1
	as_root sh -c "umount $engine_home/exec/netns/default; rm -rf $engine_home/*" 2>/dev/null || status=1
	return "$status"
}

# engine_end FILE: asks the process of this pid file to end, and insists.
engine_end() {
	local pid
	pid=$(as_root cat "$engine_home/$1" 2>/dev/null) || return 0
	[[ $(cat "/proc/$pid/comm" 2>/dev/null) =~ ^(dockerd|containerd)$ ]] || return 0
	as_root kill "$pid" || true
	wait_until 120 engine_gone "$pid" && return
	printf 'process %s of %s does not end; killing it\n' "$pid" "$1"
	as_root kill -KILL "$pid"
	wait_until 10 engine_gone "$pid"
}

# The bridges that are there now and were not before: networks that nobody
# removed leave theirs.
engine_remove_bridges() {
	local link
	for link in /sys/class/net/docker0 /sys/class/net/br-*; do
		[[ -e $link/bridge ]] || continue
		grep -qxF "${link##*/}" "$engine_home/before/links" || as_root ip link del "${link##*/}"
	done
}

# Empties the tables that dockerd wrote to, then loads what was in them.
engine_restore_firewall() {
	local table
	for table in filter nat; do
		as_root iptables -t "$table" -F && as_root iptables -t "$table" -X
	done
	as_root iptables -P FORWARD ACCEPT
	as_root iptables-restore "$engine_home/before/firewall" &&
		as_root sh -c "cat $engine_home/before/ip_forward >/proc/sys/net/ipv4/ip_forward"
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

# Programs and paths as in the official image; Debian's version of it.
engine_prometheus_image() {
	docker buildx build --progress plain --build-context "programs=$engine_programs/usr/bin" \
		--tag "$prometheus_image" "$root/tests/containers/prometheus"
}
