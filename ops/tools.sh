# shellcheck shell=bash
#
# tools.sh - logs, psql, token, demo.
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

# ./receipts token create NAME ROLE [--place ID]... [--expires TIME]
#
# Makes an access token and prints it, once; only its SHA-256 is kept.  ROLE is
# submitter (made in the producer), analyst (in the consumer) or admin (in both).
# --place binds it to a place, and may be repeated; --expires takes a time as
# PostgreSQL reads it, e.g. 2030-01-01 or "2025-06-01 12:00 UTC".
#
#   ./receipts token create "till 7" submitter --place shop-7
command_token() {
	[[ ${1:-} == create ]] || die "token knows one thing: token create NAME ROLE [--place ID]... [--expires TIME]"
	[[ $# -ge 3 ]] || die "token create needs a NAME and a ROLE"
	local name=$2 role=$3 places='' expires='' databases database token hash
	shift 3
	while [[ $# -gt 0 ]]; do
		[[ $# -ge 2 ]] || die "token create: $1 needs a value"
		case $1 in
			--place) places+=${places:+$'\x1f'}$2 ;;
			--expires) expires=$2 ;;
			*) die "token create does not know \"$1\"" ;;
		esac
		shift 2
	done
	case $role in
		submitter) databases=producer ;;
		analyst) databases=consumer ;;
		admin) databases='producer consumer' ;;
		*) die "a token's role is submitter, analyst or admin, not \"$role\"" ;;
	esac
	need_instance
	token="rcp_$(random_base64url)"
	hash=$(printf '%s' "$token" | sha256sum)
	for database in $databases; do
		superuser_sql "$database" -v "name=$name" -v "role=$role" -v "hash=${hash%% *}" \
			-v "places=$places" -v "expires=$expires" >/dev/null <<-'END' ||
			BEGIN;
			SELECT auth.adopt_token(:'name', :'role', decode(:'hash', 'hex'),
			                        string_to_array(nullif(:'places', ''), E'\x1f')) AS id \gset
			UPDATE auth.token SET expires_at = nullif(:'expires', '')::timestamptz WHERE token_id = :id;
			COMMIT;
		END
			die "the token was not made"
	done
	say "$token"
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
