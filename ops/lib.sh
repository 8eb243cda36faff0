# shellcheck shell=bash
#
# lib.sh - messages, timed steps, small helpers used by every module.
#

say() { printf '%s\n' "$*"; }
warn() { printf 'receipts: warning: %s\n' "$*" >&2; }
die() {
	printf 'receipts: error: %s\n' "$*" >&2
	exit 1
}

# Milliseconds since the epoch.
now_ms() {
	local t=${EPOCHREALTIME/[.,]/}
	printf '%s' "${t%???}"
}

# "3.2 s" since a now_ms() value.
since() {
	local ms=$(($(now_ms) - $1))
	printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

# step TEXT COMMAND...: runs the command with its output in the log
# .run/log/setup.log, shows that it is at work and how long it took; when it
# fails, shows the end of that output and returns its status.  (A command in the
# background would lose its standard input, so that is handed on by hand.)
step() {
	local text=$1 started status=0 pid log="$run/log/setup.log" part ticks=0
	shift
	mkdir -p "$run/log"
	started=$(now_ms)
	part=$(mktemp "$run/log/.step.XXXXXX")
	printf '==> %s ' "$text"
	exec 4<&0
	"$@" >"$part" 2>&1 <&4 4<&- &
	exec 4<&-
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.1
		ticks=$((ticks + 1))
		((ticks % 50)) || printf '.'
	done
	wait "$pid" || status=$?
	{ printf -- '---- %(%F %T)T %s: exit %s\n' -1 "$text" "$status"; cat "$part"; } >>"$log"
	if ((status == 0)); then
		printf '(%s)\n' "$(since "$started")"
	else
		printf 'FAILED (%s)\n' "$(since "$started")"
		tail -n 40 "$part" | sed 's/^/    /' >&2
	fi
	rm -f "$part"
	return "$status"
}

# Single quotes for /bin/sh, whatever the value holds.
shell_quote() {
	printf "'%s'" "${1//\'/\'\\\'\'}"
}

# N random bytes in hexadecimal: for passwords.
random_hex() { od -An -v -tx1 -N "$1" /dev/urandom | tr -d ' \n'; }

# 32 random bytes as 43 characters of base64url: for tokens.
random_base64url() { head -c 32 /dev/urandom | base64 -w0 | tr '+/' '-_' | tr -d '='; }

# Runs the rest as root.
as_root() {
	if ((EUID == 0)); then
		"$@"
	else
		command -v sudo >/dev/null ||
			die "installing packages needs root: run this as root, or install sudo and allow it to $(id -un)"
		sudo -- "$@"
	fi
}

# wait_until SECONDS COMMAND...: polls ten times a second.
wait_until() {
	local deadline=$(($(now_ms) + $1 * 1000))
	shift
	until "$@"; do
		(($(now_ms) < deadline)) || return 1
		sleep 0.1
	done
}

# Succeeds when something listens on 127.0.0.1:PORT.
port_open() {
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Who listens on PORT, for people: "nginx, pid 4711"; "another program" when
# the kernel will not tell us.
port_holder() {
	local line
	line=$(ss -Hltnp "sport = :$1" 2>/dev/null | head -n 1)
	if [[ $line =~ users:\(\(\"([^\"]+)\",pid=([0-9]+) ]]; then
		printf '%s, pid %s' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
	else
		printf 'another program'
	fi
}

# HTTP status of a GET, 000 when nothing answers.
http_status() {
	curl --silent --output /dev/null --max-time 3 --write-out '%{http_code}' "$1" || true
}

# What one user started is that user's: files of two owners in one .run would
# leave neither able to go on.
check_owner() {
	[[ ! -d $run || -O $run ]] ||
		die "$run belongs to $(stat -c %U "$run"); run ./receipts as that user"
}

# Only one command at a time may change what runs.  The lock goes when the
# shell exits or calls unlock; children never inherit it (spawn closes fd 9).
lock() {
	local said=''
	check_owner
	while :; do
		mkdir -p "$run"
		exec 9>"$run/lock"
		if ! flock --nonblock 9; then
			[[ -n $said ]] || say "waiting for another ./receipts command to finish ..."
			said=1
			flock --timeout 900 9 || die "another ./receipts command holds $run/lock"
		fi
		# "down --purge" may have deleted the file we waited for.
		[[ $run/lock -ef /dev/fd/9 ]] && return
	done
}
unlock() { exec 9>&-; }
