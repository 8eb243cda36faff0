# shellcheck shell=bash
#
# bench.sh - measures an instance of its own against what it could be at most.
#

# ./receipts bench [intake|ingest|rollup|read|growth|all] [OPTION...]
#
# Measures side by side: each round has ours and its peers one after the other,
# and checks that both have done all of the work.  Prints medians, the spread of
# the rounds, and the ratio by CPU time, which other programs disturb less.
#
#   --rounds N    rounds (default 3)
#   --seconds N   length of each load by HTTP (default 8)
#   --receipts N,N
#                 stored receipts at which growth measures (default
#                 1000000,2000000)
#   --write       puts table, machine and plot into docs/benchmarks.md, and the
#                 figures into docs/benchmarks.csv
#   --quick       tiny sizes: shows that the bench works; the figures mean nothing
#
# The instance lives below .run/test, on free ports, and is gone afterwards.
command_bench() {
	local groups status=0 maven=''
	export RECEIPTS_BROKER=kafka
	settings_load fresh
	! connect_wanted "$@" || maven=maven
	read -r -a groups <<<"run $(build_packages) bench $(broker_packages) $maven"
	install_packages "${groups[@]}"
	[[ -z $maven ]] || connect_fetch
	bench_instance "$@" || status=$?
	return "$status"
}

# Whether ingest is measured against Kafka Connect too (its jars are many MB).
connect_wanted() {
	local words=" $* "
	[[ $words != *' --quick '* ]] || return 1
	[[ $words == *' ingest '* || $words == *' all '* || ! $words =~ ' '(intake|rollup|read|growth)' ' ]]
}

# Its jars, and where the bench finds them; without them it leaves that row out.
connect_fetch() {
	local pom="$root/tests/bench/connect/pom.xml" version
	version=$(sed -n 's:.*<debezium.version>\(.*\)</debezium.version>.*:\1:p' "$pom")
	if jars_fetch "Debezium's JDBC sink $version" "$pom" "$cache/debezium-$version" "debezium-connector-jdbc-$version.jar"; then
		export RECEIPTS_CONNECT_LIBS="$cache/debezium-$version"
	else
		warn "Kafka Connect is not measured: its jars could not be fetched (see $run/log/setup.log)"
	fi
}

# Runs the bench against an instance that is up for it alone.
bench_instance() (
	test_instance bench
	trap '"$root/receipts" down --purge >/dev/null 2>&1' EXIT
	step "Building the peers" make_quietly bench-peers || die "the bench's peers could not be built"
	"$root/receipts" up --detach >/dev/null || die "the instance of the bench did not start"
	export RECEIPTS_ENV_FILE="$RECEIPTS_RUN_DIR/env"
	/usr/bin/python3 "$root/tests/bench/bench.py" "$@"
)
