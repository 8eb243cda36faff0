# shellcheck shell=bash
#
# tools.sh - logs, psql, demo.
#

# ./receipts logs [NAME]
#
# Follows the log of a process, or all of them; Ctrl-C ends it.
command_logs() {
	local files=()
	if [[ $# -gt 0 ]]; then
		check_name "$1"
		files=("$run/log/$1.log")
	else
		files=("$run"/log/*.log)
	fi
	[[ -e ${files[0]} ]] || die "there is no log yet in $run/log"
	exec tail -n 50 -F "${files[@]}"
}

# ./receipts psql producer|consumer [ARGUMENT...]
#
# psql as superuser in that database; further arguments are psql's.
command_psql() {
	local database=${1:-}
	[[ $database == producer || $database == consumer ]] || die "psql needs a database: producer or consumer"
	shift
	need_instance
	PGPASSWORD=${secret[SUPERUSER_PASSWORD]} exec "$pg_system/bin/psql" -h 127.0.0.1 \
		-p "${setting[POSTGRES_PORT]}" -U postgres -d "$database" "$@"
}

need_instance() {
	check_owner
	[[ -r $secrets_file && -r $settings_file ]] ||
		die "nothing was started yet here; run \"./receipts up\""
	settings_load
	secrets_load
}

# ./receipts demo [OPTION...]
#
# Posts a realistic day of receipts, waits until all are counted, runs the
# rollup, prints one place's analytics and compares every figure with exact sums
# of its own.  "./receipts demo --receipts N --places N --seed N" vary it; the
# same day again is all duplicates and changes nothing.
command_demo() {
	[[ -r $env_file ]] || die "nothing runs here; run \"./receipts up --detach\" first"
	set -a
	# shellcheck source=/dev/null
	source "$env_file"
	exec /usr/bin/python3 "$root/ops/demo.py" "$@"
}
