# shellcheck shell=bash
#
# up.sh - up, down, status, start, stop, restart.
#

# ./receipts up [--detach] [--only-postgres]
#
# Installs what is missing (Debian's packages by apt, Apache Kafka by Maven),
# builds, starts whatever is not running and leaves the rest alone.  Stays in
# the foreground until Ctrl-C, which stops everything; a process that dies
# meanwhile is started again.  With --detach, returns when all is ready.  With
# --only-postgres, just the cluster with the extension in it, nothing deployed.
#
# Everything is kept under .run.  Variables, with their defaults:
#
#   RECEIPTS_BROKER=kafka          or embedded (in memory), or host:port[,...] of yours;
#                                  unset: kafka, and embedded where Kafka cannot be had
#   RECEIPTS_PRODUCER_PORT=8080    RECEIPTS_CONSUMER_PORT=8081
#   RECEIPTS_POSTGRES_PORT=54329   RECEIPTS_KAFKA_PORT=9092
#   RECEIPTS_RELAY_PORT=8082       RECEIPTS_SINK_PORT=8083  (health and metrics)
#   RECEIPTS_KAFKA_CONTROLLER_PORT=9093
#   RECEIPTS_KAFKA_HEAP=512m       RECEIPTS_SHARED_BUFFERS=256MB
#   RECEIPTS_TOPIC=receipts.v1     RECEIPTS_PARTITIONS=6
#   RECEIPTS_BUILD=release         or asan: with address and undefined-behaviour sanitizers
#   RECEIPTS_RUN_DIR=.run          where this instance is kept
command_up() {
	local detach='' only='' argument started
	for argument in "$@"; do
		case $argument in
			--detach | -d) detach=1 ;;
			--only-postgres) only=postgres ;;
			*) die "up takes --detach and --only-postgres, not \"$argument\"" ;;
		esac
	done
	started=$(now_ms)
	claim_run
	lock
	if any_running; then settings_load recorded; check_settings_kept; else settings_load fresh; fi
	secrets_load
	if [[ -n $only ]]; then
		bring_up_postgres
	else
		bring_up
		write_env
	fi
	say "==> Ready after $(since "$started")"
	unlock
	[[ -n $only ]] || introduce
	[[ -n $detach ]] || supervise
}

# A directory is taken only when it is new, empty or ours: down --purge will
# delete it.
claim_run() {
	[[ ! -d $run || -e $run/.pg_receipts || -z $(ls -A "$run") || $run == "$root/.run" ]] ||
		die "$run is not empty and not made by ./receipts; choose another RECEIPTS_RUN_DIR"
	check_owner
	mkdir -p "$run"
	: >"$run/.pg_receipts"
}

# A running process keeps the port it was started with.
check_settings_kept() {
	local name value
	while IFS='=' read -r name value; do
		[[ -z ${given[$name]:-} || ${given[$name]} == "$value" ]] ||
			die "the running instance has RECEIPTS_$name=$value; run \"./receipts down\" before changing it to ${given[$name]}"
	done <"$settings_file"
}

# Everything else stays stopped, also for a supervisor.
bring_up_postgres() {
	local name
	install_packages run build
	build_extension
	settings_save
	mkdir -p "$run/stopped"
	for name in $processes; do is_running "$name" || : >"$run/stopped/$name"; done
	is_running postgres || say "==> Starting PostgreSQL"
	pg_start
}

bring_up() {
	local name groups
	read -r -a groups <<<"run $(build_packages) $(broker_packages)"
	install_packages "${groups[@]}"
	build_all
	broker_prepare
	settings_save
	rm -f "$run"/stopped/*
	# Java takes its time: it starts while the databases are made.
	broker_launch
	is_running postgres || say "==> Starting PostgreSQL"
	pg_start
	pg_deploy
	broker_wait
	broker_introduce
	for name in producer consumer relay sink; do
		if is_running "$name"; then
			is_current "$name" || say "==> $name runs an older build; \"./receipts restart $name\" brings it up to date"
		else
			say "==> Starting $name"
			service_launch "$name"
		fi
	done
	for name in producer consumer relay sink; do service_wait "$name"; done
}

# .run/env: for shells and for programs that read such files.
write_env() {
	(umask 077 && {
		env_line PRODUCER_URL "$(service_url producer)"
		env_line CONSUMER_URL "$(service_url consumer)"
		env_line SUBMITTER_TOKEN "${secret[SUBMITTER_TOKEN]}"
		env_line ANALYST_TOKEN "${secret[ANALYST_TOKEN]}"
		env_line ADMIN_TOKEN "${secret[ADMIN_TOKEN]}"
		env_line BROKERS "$(brokers)"
		env_line TOPIC "${setting[TOPIC]}"
		env_line PRODUCER_DSN "$(dsn postgres producer)"
		env_line CONSUMER_DSN "$(dsn postgres consumer)"
	} >"$env_file.new")
	mv "$env_file.new" "$env_file"
}

env_line() { printf 'RECEIPTS_%s=%s\n' "$1" "$(shell_quote "$2")"; }

introduce() {
	local body='{"transaction_id":"T1","timestamp":"2025-01-15T10:30:00Z","place_id":"kiosk-1","items":[{"product_id":"tea","quantity":2,"price":10.99,"category":"drinks"},{"product_id":"bun","quantity":1,"price":5.49,"category":"food"}],"total_amount":27.47,"nds_amount":2.50,"payment_method":"card"}'
	cat <<-END

		  producer    $(service_url producer)/api/checks/
		  consumer    $(service_url consumer)/api/analytics/
		  broker      $(brokers), topic ${setting[TOPIC]} (${setting[BROKER]})
		  PostgreSQL  127.0.0.1:${setting[POSTGRES_PORT]}  (./receipts psql producer|consumer)

		  submitter   ${secret[SUBMITTER_TOKEN]}
		  analyst     ${secret[ANALYST_TOKEN]}
		  admin       ${secret[ADMIN_TOKEN]}

		Post a receipt, then see it counted:

		curl -H 'Authorization: Bearer ${secret[SUBMITTER_TOKEN]}' -H 'Content-Type: application/json' -d '$body' $(service_url producer)/api/checks/
		curl -H 'Authorization: Bearer ${secret[ANALYST_TOKEN]}' '$(service_url consumer)/api/analytics/?live=true'

		The same values, for shells: $env_file
	END
}

# The foreground: until Ctrl-C, or until everything was stopped from elsewhere.
supervise() {
	local name all_stopped asked=''
	declare -A not_before=() delay=()
	trap 'asked=1' INT TERM
	# The terminal is gone, but there is still something to do.
	trap 'asked=1; exec >>"$run/log/setup.log" 2>&1' HUP
	say "Ctrl-C stops everything."
	while all_stopped=1 && [[ -z $asked ]]; do
		for name in $processes; do
			if [[ -e $run/stopped/$name ]] || ! is_wanted "$name"; then continue; fi
			all_stopped=
			if is_running "$name" || (($(now_ms) < ${not_before[$name]:-0})); then continue; fi
			delay[$name]=$((${delay[$name]:-500} * 2))
			((delay[$name] <= 30000)) || delay[$name]=30000
			not_before[$name]=$(($(now_ms) + delay[$name]))
			revive "$name" || true
		done
		[[ -z $all_stopped ]] || { say "==> Everything was stopped from elsewhere."; return; }
		sleep 1 &
		wait $! || true
	done
	say
	say "==> Taking everything down"
	lock
	take_down
}

# In a subshell, so that a start that fails does not end the foreground.
revive() (
	lock
	if [[ -e $run/stopped/$1 ]] || is_running "$1"; then exit 0; fi
	warn "$1 has ended (its log: $run/log/$1.log); starting it again"
	process_start "$1"
	say "==> $1 is back"
)

# ./receipts down [--purge]
#
# Stops everything: first the front ends, then relay and sink, Kafka, PostgreSQL.
# With --purge, also deletes .run: databases, topics, tokens, downloads, logs.
command_down() {
	case ${1:-} in
		'' | --purge) ;;
		*) die "down takes --purge, not \"$1\"" ;;
	esac
	[[ -d $run ]] || { say "Nothing is there to stop."; return; }
	lock
	settings_load
	take_down
	[[ ${1:-} == --purge ]] || return 0
	[[ -e $run/.pg_receipts ]] || die "$run was not made by ./receipts; it stays"
	say "==> Deleting $run"
	rm -rf "$run"
}

take_down() {
	local name
	for name in $stop_order; do process_stop "$name"; done
	rm -f "$env_file"
}

# ./receipts status
#
# What runs, since when, where, and whether it is ready.  Exit status 0 when
# everything is ready, 3 when not.
command_status() {
	local name ok=0
	[[ $# == 0 ]] || die "status takes no arguments, not \"$*\""
	settings_load
	printf '%-9s %-9s %8s %10s %8s  %s\n' NAME STATE PID UPTIME MEMORY WHERE
	for name in $processes; do
		status_line "$name" || ok=3
	done
	return "$ok"
}

status_line() {
	local name=$1 pid state where
	where="127.0.0.1:${setting[$(port_setting "$name")]}"
	[[ $name != kafka ]] || where="$(brokers) (${setting[BROKER]:-not started yet})"
	if ! is_wanted "$name" && [[ -n ${setting[BROKER]} ]]; then
		printf '%-9s %-9s %8s %10s %8s  %s\n' "$name" elsewhere - - - "$where"
		return 0
	fi
	if is_gone "$name"; then
		printf '%-9s %-9s %8s %10s %8s  %s\n' "$name" stopped - - - "$where"
		return 1
	fi
	pid=$(pid_of "$name")
	state=ready
	process_ready "$name" || state='not ready'
	printf '%-9s %-9s %8s %10s %8s  %s\n' "$name" "$state" "$pid" \
		"$(uptime_of "$pid")" "$(memory_of "$pid")" "$where"
	[[ $state == ready ]]
}

# "3:04:05" since the process started.
uptime_of() {
	local ticks seconds up
	ticks=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20)
	read -r up _ </proc/uptime
	seconds=$((${up%.*} - ${ticks:-0} / $(getconf CLK_TCK)))
	printf '%d:%02d:%02d' $((seconds / 3600)) $((seconds % 3600 / 60)) $((seconds % 60))
}

memory_of() {
	awk '/^VmRSS:/ { printf "%.0f MB", $2 / 1024 }' "/proc/$1/status" 2>/dev/null || true
}

# ./receipts start NAME
#
# Starts one process of an instance that was up before, and waits until it is
# ready.  Names: postgres, kafka, producer, consumer, relay, sink.
command_start() {
	one_process "$@"
	is_gone "$1" || { say "$1 runs already."; return; }
	process_start "$1"
	say "==> $1 is ready"
}

# ./receipts stop NAME
#
# Stops one process; "up" or "start NAME" brings it back.
command_stop() {
	one_process "$@"
	process_stop "$1"
}

# ./receipts restart NAME
#
# Stops one process and starts it again, with the programs as built last.
command_restart() {
	one_process "$@"
	process_stop "$1"
	process_start "$1"
	say "==> $1 is ready"
}

# What the three have in common: a name, the lock, the instance's settings.
one_process() {
	[[ $# == 1 ]] || die "which one? $processes"
	check_name "$1"
	check_owner
	[[ -r $settings_file && -r $secrets_file ]] ||
		die "nothing was started yet here; run \"./receipts up\""
	lock
	settings_load
	secrets_load
	is_wanted "$1" || die "$1 is not run here: RECEIPTS_BROKER=${setting[BROKER]}"
}
