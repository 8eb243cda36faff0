# shellcheck shell=bash
#
# services.sh - the four programs, and the table of all processes.
#

# In the order in which they start; they stop in the order of stop_order.
processes="postgres kafka producer consumer relay sink"
stop_order="producer consumer relay sink kafka postgres"

# The variable that names the port of a process.
port_setting() {
	printf '%s_PORT' "${1^^}"
}

service_url() { printf 'http://127.0.0.1:%s' "${setting[$(port_setting "$1")]}"; }

# Is the process one that this instance runs at all?
is_wanted() {
	[[ $1 != kafka || ${setting[BROKER]} == kafka || ${setting[BROKER]} == embedded ]]
}

# Is it the program as built last that runs?  A new build is a new file.
is_current() {
	local program=receipts-bridge
	case $1 in producer | consumer) program=receipts-frontend ;; esac
	[[ /proc/$(pid_of "$1")/exe -ef $programs/$program ]]
}

service_ready() { [[ $(http_status "$(service_url "$1")/readyz") == 200 ]]; }

# Starts a program; what is secret goes by the environment, which only the
# owner can read, not by the command line, which everybody can.
service_launch() {
	local name=$1 listen bridge
	is_running "$name" && return
	check_port "$name" "$(port_setting "$name")"
	listen="127.0.0.1:${setting[$(port_setting "$name")]}"
	bridge=(--brokers "$(brokers)" --topic "${setting[TOPIC]}" --admin-listen "$listen")
	# Heard by the sanitizers' builds only: a report must not be survived.
	export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1}
	export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
	case $name in
		producer | consumer)
			RECEIPTS_DSN=$(dsn "receipts_$name" "$name") spawn "$name" \
				"$programs/receipts-frontend" "$name" --listen "$listen" ;;
		relay)
			RECEIPTS_DSN=$(dsn receipts_relay producer) spawn relay \
				"$programs/receipts-bridge" relay "${bridge[@]}" ;;
		sink)
			RECEIPTS_DSN=$(dsn receipts_sink consumer) spawn sink \
				"$programs/receipts-bridge" sink "${bridge[@]}" ;;
	esac
}

# A sink that waits for a decision has started all right; whoever is to decide is told.
sink_halted() {
	[[ $1 == sink ]] && curl --silent --max-time 3 "$(service_url sink)/readyz" | grep -q 'stand still'
}

service_started() { service_ready "$1" || sink_halted "$1"; }

service_wait() {
	wait_ready "$1" 120 service_started "$1"
	! sink_halted "$1" || warn "the sink stands still until you decide how it goes on: see $run/log/sink.log and docs/operations.md"
}

# Starts one process and waits until it is ready.
process_start() {
	case $1 in
		postgres) pg_start ;;
		kafka) kafka_start ;;
		*) service_launch "$1"; service_wait "$1" ;;
	esac
}

# A broker that is new knows no topic, and an embedded one has another address,
# so the bridge's programs must start anew with it.
broker_introduce() {
	local name
	[[ -n $broker_new ]] || return 0
	for name in relay sink; do ! is_running "$name" || process_stop "$name"; done
	broker_begin_anew
	broker_new=''
}

# The bridge's programs come back only if they are not to stay stopped.
kafka_start() {
	local name were_up=''
	for name in relay sink; do ! is_running "$name" || were_up+=" $name"; done
	broker_launch
	broker_wait
	broker_introduce
	for name in $were_up; do service_launch "$name"; done
	for name in $were_up; do service_wait "$name"; done
	write_env
}

process_stop() {
	case $1 in
		postgres) pg_stop ;;
		kafka) broker_stop ;;
		*) stop_process "$1" TERM 45 ;;
	esac
}

process_ready() {
	case $1 in
		postgres) pg_ready ;;
		kafka) [[ ${setting[BROKER]} == embedded ]] || port_open "${setting[KAFKA_PORT]}" ;;
		*) service_ready "$1" ;;
	esac
}

any_running() {
	local name
	for name in $processes; do ! is_running "$name" || return 0; done
	return 1
}

check_name() {
	local name
	for name in $processes; do [[ $name != "$1" ]] || return 0; done
	die "there is no process \"$1\"; there are: $processes"
}
