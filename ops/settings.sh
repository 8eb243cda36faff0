# shellcheck shell=bash
# shellcheck disable=SC2034  # used by the other modules
#
# settings.sh - every setting of ./receipts with its default, and where things
# lie.  All state is under .run; RECEIPTS_RUN_DIR moves it, so that several
# instances can live side by side.
#
# The settings of a running instance are kept in .run/settings, so that
# "status", "restart" and the like find it without the variables it was
# started with.
#

run=$(realpath -m -- "${RECEIPTS_RUN_DIR:-$root/.run}")

# Downloads are shared by all instances of this clone.
cache="$root/.run/cache"

secrets_file="$run/secrets"
settings_file="$run/settings"
env_file="$run/env"

# NAME DEFAULT: what "up" may be told by variables RECEIPTS_NAME.
settings_table="
PRODUCER_PORT         8080
CONSUMER_PORT         8081
RELAY_PORT            8082
SINK_PORT             8083
POSTGRES_PORT         54329
KAFKA_PORT            9092
KAFKA_CONTROLLER_PORT 9093
KAFKA_HEAP            512m
SHARED_BUFFERS        256MB
BROKER                -
TOPIC                 receipts.v1
PARTITIONS            6
BUILD                 release
"

declare -A setting=() given=()

# Names in the order of the table.
settings_names() { awk 'NF { print $1 }' <<<"$settings_table"; }

# From the environment, else from the running instance, else the default.
# "fresh" leaves the instance out: "up" with nothing running starts anew.
settings_load() {
	local mode=${1:-recorded} name default variable
	while read -r name default; do
		[[ -n $name ]] || continue
		variable=RECEIPTS_$name
		setting[$name]=${default/#-/}
		if [[ -n ${!variable:-} ]]; then given[$name]=${!variable}; fi
	done <<<"$settings_table"
	[[ $mode == fresh ]] || settings_recall
	for name in "${!given[@]}"; do setting[$name]=${given[$name]}; done
	settings_check
}

# Reads .run/settings: lines NAME=VALUE, never executed.
settings_recall() {
	local name value
	[[ -r $settings_file ]] || return 0
	while IFS='=' read -r name value; do
		[[ -z ${setting[$name]+known} ]] || setting[$name]=$value
	done <"$settings_file"
}

settings_save() {
	local name
	for name in $(settings_names); do printf '%s=%s\n' "$name" "${setting[$name]}"; done \
		>"$settings_file.new"
	mv "$settings_file.new" "$settings_file"
}

# Refuses values that would only fail later and less clearly.
settings_check() {
	local name other value
	for name in $(settings_names); do
		value=${setting[$name]}
		[[ $value != *$'\n'* ]] || die "RECEIPTS_$name holds a line break"
		[[ $name == *_PORT ]] || continue
		[[ $value =~ ^[1-9][0-9]{0,4}$ && $value -le 65535 ]] ||
			die "RECEIPTS_$name must be a port, not \"$value\""
		for other in $(settings_names); do
			[[ $other != *_PORT || $other == "$name" || ${setting[$other]} != "$value" ]] ||
				die "RECEIPTS_$name and RECEIPTS_$other are both $value"
		done
	done
	[[ ${setting[PARTITIONS]} =~ ^[1-9][0-9]{0,3}$ ]] ||
		die "RECEIPTS_PARTITIONS must be a number from 1 to 9999, not \"${setting[PARTITIONS]}\""
	[[ ${setting[TOPIC]} =~ ^[A-Za-z0-9._-]{1,200}$ ]] ||
		die "RECEIPTS_TOPIC is no topic name: \"${setting[TOPIC]}\""
	[[ ${setting[KAFKA_HEAP]} =~ ^[0-9]+[mMgG]$ ]] ||
		die "RECEIPTS_KAFKA_HEAP must be like 512m, not \"${setting[KAFKA_HEAP]}\""
	[[ ${setting[SHARED_BUFFERS]} =~ ^[0-9]+(kB|MB|GB)$ ]] ||
		die "RECEIPTS_SHARED_BUFFERS must be like 256MB, not \"${setting[SHARED_BUFFERS]}\""
	[[ ${setting[BUILD]} == release || ${setting[BUILD]} == asan || ${setting[BUILD]} == debug ]] ||
		die "RECEIPTS_BUILD must be release, asan or debug, not \"${setting[BUILD]}\""
	[[ ${setting[BROKER]} =~ ^(|kafka|embedded|[^[:space:],]+:[0-9]+(,[^[:space:],]+:[0-9]+)*)$ ]] ||
		die "RECEIPTS_BROKER must be kafka, embedded or host:port[,...], not \"${setting[BROKER]}\""
}

# Passwords and tokens: made once, kept in .run/secrets, read by the owner only.
declare -A secret=()
secrets_load() {
	local name value
	mkdir -p "$run"
	if [[ -r $secrets_file ]]; then
		while IFS='=' read -r name value; do secret[$name]=$value; done <"$secrets_file"
	fi
	for name in SUPERUSER PRODUCER RELAY CONSUMER SINK; do
		: "${secret[${name}_PASSWORD]:=$(random_hex 24)}"
	done
	for name in SUBMITTER ANALYST ADMIN; do
		: "${secret[${name}_TOKEN]:=rcp_$(random_base64url)}"
	done
	(umask 077 && for name in "${!secret[@]}"; do
		printf '%s=%s\n' "$name" "${secret[$name]}"
	done | sort >"$secrets_file.new")
	mv "$secrets_file.new" "$secrets_file"
}

# dsn ROLE DATABASE: a libpq URI into the private cluster.
dsn() {
	local login=$1 password
	case $login in
		postgres) password=${secret[SUPERUSER_PASSWORD]} ;;
		receipts_*) login=${1#receipts_}; password=${secret[${login^^}_PASSWORD]}; login=$1 ;;
	esac
	printf 'postgresql://%s:%s@127.0.0.1:%s/%s' "$login" "$password" \
		"${setting[POSTGRES_PORT]}" "$2"
}
