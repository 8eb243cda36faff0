# shellcheck shell=bash
#
# process.sh - starting, recognising and stopping processes by pid files.
#
# .run/pids/NAME holds the pid of a process that was started here.  Such a file
# may be left over, and the pid may be someone else's by now; so a process
# counts as ours only when its command line holds the mark that spawn() was
# given, a path inside this instance's .run.
#
# .run/stopped/NAME stands for a process that was stopped by hand: a
# foreground "up" does not bring it back.
#

pid_of() { cat "$run/pids/$1" 2>/dev/null || true; }

# What the command line of process NAME holds, and no other's.
process_mark() {
	case $1 in
		postgres) printf '%s' "$pg_data" ;;
		kafka) printf '%s' "$kafka_dir" ;;
		producer | consumer) printf '%s' "$programs/receipts-frontend $1" ;;
		relay | sink) printf '%s' "$programs/receipts-bridge $1" ;;
	esac
}

# Does the pid file name a live process that is ours?  (A zombie has an empty
# command line.)
is_running() {
	local pid command
	pid=$(pid_of "$1")
	[[ $pid =~ ^[0-9]+$ && -r /proc/$pid/cmdline ]] || return 1
	{ command=$(tr '\0' ' ' <"/proc/$pid/cmdline"); } 2>/dev/null || return 1
	[[ $command == *"$(process_mark "$1")"* ]]
}

port_free() { ! port_open "$1"; }

is_gone() { ! is_running "$1"; }

# spawn NAME COMMAND...: starts it in a session of its own, so that Ctrl-C in
# this terminal does not reach it; output goes to .run/log/NAME.log.  A shell
# waits for it: it notes how the process ended, and leaves no zombie behind
# where the init process does not care (in many containers).
spawn() {
	local name=$1 log="$run/log/$1.log"
	shift
	mkdir -p "$run/pids" "$run/log" "$run/stopped"
	rm -f "$run/stopped/$name" "$run/pids/$name"
	rotate "$log"
	# shellcheck disable=SC2016  # expands in the child
	setsid bash -c '
		(echo "$BASHPID" >"$1.new" && mv "$1.new" "$1" && shift && exec "$@") 2>&1
		status=$?
		((status == 0)) || printf "%(%F %T)T receipts: %s has ended with status %s\n" -1 "${1##*/}" "$status"
		' spawn "$run/pids/$name" "$@" </dev/null >>"$log" 2>/dev/null 9>&- &
	disown
	wait_until 5 test -e "$run/pids/$name" || die "could not start $name"
}

# One older log is kept once it has grown.
rotate() {
	local size
	size=$(stat -c %s "$1" 2>/dev/null || echo 0)
	((size < 16777216)) || mv "$1" "$1.1"
}

# stop_process NAME SIGNAL SECONDS: asks, waits, and insists in the end.
stop_process() {
	local name=$1 signal=$2 seconds=$3 pid started
	pid=$(pid_of "$name")
	mkdir -p "$run/stopped"
	: >"$run/stopped/$name"
	if is_running "$name"; then
		started=$(now_ms)
		printf '==> Stopping %s ' "$name"
		kill -s "$signal" "$pid" 2>/dev/null || true
		if wait_until "$seconds" is_gone "$name"; then
			printf '(%s)\n' "$(since "$started")"
		else
			kill -s KILL "$pid" 2>/dev/null || true
			wait_until 10 is_gone "$name" || die "could not stop $name, pid $pid"
			printf '(killed after %s s)\n' "$seconds"
		fi
	fi
	rm -f "$run/pids/$name"
}

# check_port NAME SETTING: before starting NAME, its port must be free.  One that
# was killed a moment ago may still be letting go of it.
check_port() {
	local port=${setting[$2]}
	wait_until 3 port_free "$port" ||
		die "port $port, wanted by $1, is taken by $(port_holder "$port"); stop that or set RECEIPTS_$2 to another port"
}

# wait_ready NAME SECONDS COMMAND...: until the command succeeds; shows the end
# of the log when the process dies or time runs out.
wait_ready() {
	local name=$1 seconds=$2 deadline
	shift 2
	deadline=$(($(now_ms) + seconds * 1000))
	until "$@"; do
		if is_gone "$name"; then
			show_log "$name"
			die "$name has ended instead of becoming ready; its log is $run/log/$name.log"
		fi
		if (($(now_ms) > deadline)); then
			show_log "$name"
			die "$name was not ready within $seconds s; its log is $run/log/$name.log"
		fi
		sleep 0.1
	done
}

show_log() {
	printf -- '---- the end of %s\n' "$run/log/$1.log" >&2
	tail -n 20 "$run/log/$1.log" 2>/dev/null | sed 's/^/    /' >&2
}
