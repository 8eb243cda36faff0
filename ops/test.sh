# shellcheck shell=bash
#
# test.sh - the suites of tests, each counted, one line at the end.
#
# Suites that need servers get instances of their own below .run/test, on free
# ports, so that a running "up" is neither needed nor disturbed.
#

suites="lint unit extension sql cli api docs bench browser system faults containers asan"
# Run only when named.
suites_apart="soak"
test_dir="$run/test"

# ./receipts test [SUITE...]   or   ./receipts test SUITE ARGUMENT...
#
# Runs all suites, or those named; installs and builds what they need.  Goes on
# after a suite that failed; the exit status is 0 only when all have passed.
#
#   lint       formatting, cppcheck, shellcheck, banned functions
#   unit       the C modules, by cmocka
#   extension  pg_receipts, by pg_regress in a cluster of its own
#   sql        the databases, in a cluster of their own
#   cli        ./receipts itself: up, down, ports, brokers, kill -9 during the demo
#   api        the OpenAPI documents against running services, also by Schemathesis
#   docs       what README and docs/ show is run; what they list is complete
#   bench      the benchmarks with tiny sizes: they work, and their results are right
#   browser    the dashboard and Swagger UI, in Debian's Chromium
#   system     pytest against a whole instance: PostgreSQL, Kafka, all programs
#   faults     kill -9, SIGSTOP, outages under load, all crash points; nothing is lost
#   containers the images and the compose file, in a container engine
#   asan       unit and system once more, built with sanitizers
#   soak       the faults at random, for hours: --minutes M (60), --seed N; only when named
#
# What follows one suite's name is passed on, e.g. to pytest:
#   ./receipts test system -k duplicate -x
command_test() {
	local chosen=() groups suite status=0
	while [[ $# -gt 0 && " $suites $suites_apart " == *" $1 "* ]]; do
		chosen+=("$1")
		shift
	done
	if ((${#chosen[@]} == 0)); then
		[[ $# == 0 ]] || die "there is no suite \"$1\"; there are: $suites $suites_apart"
		read -r -a chosen <<<"$suites"
	fi
	[[ $# == 0 || ${#chosen[@]} == 1 ]] || die "arguments go to one suite only, not to ${chosen[*]}"
	# The tests must fail, not fall back, where Kafka cannot be had.
	export RECEIPTS_BROKER=kafka
	settings_load fresh
	read -r -a groups <<<"run $(build_packages) test bench $(broker_packages)"
	[[ " ${chosen[*]} " != *" browser "* ]] || groups+=(browser)
	install_packages "${groups[@]}"
	# A suite that answers Ctrl-C with an exit status does not let the next one start.
	trap 'exit 130' INT
	total_passed=0 total_failed=0 total_skipped=0
	for suite in "${chosen[@]}"; do run_suite "$suite" "$@"; done
	say
	say "$total_passed passed, $total_failed failed, $total_skipped skipped"
	((total_failed == 0)) || status=1
	return "$status"
}

# Runs a suite in a subshell, counts what its runner says, prints its result.
run_suite() {
	local suite=$1 started status=0 passed failed skipped log="$test_dir/$1.log"
	shift
	mkdir -p "$test_dir"
	started=$(now_ms)
	say "=== $suite"
	("suite_$suite" "$@") 2>&1 </dev/null | tee -i "$log" || status=$?
	passed=$(count_results passed "$log")
	failed=$(count_results failed "$log")
	skipped=$(count_results skipped "$log")
	if ((failed == 0 && (status != 0 || passed + skipped == 0))); then
		failed=1
		say "$suite ended with status $status and $passed tests"
	fi
	total_passed=$((total_passed + passed))
	total_failed=$((total_failed + failed))
	total_skipped=$((total_skipped + skipped))
	say "=== $suite: $passed ok, $failed not ok, $(since "$started")"
}

# Adds up the closing lines of pytest, cmocka, pg_regress and our own checks.
count_results() {
	awk -v wanted="$1" '
		function add(which, n) { count[which] += n }
		/^ok - / { add("passed", 1) }
		/^not ok - / { add("failed", 1) }
		/^skipped - / { add("skipped", 1) }
		/^\[  PASSED  \] [0-9]+ test/ { add("passed", $4) }
		/^\[  FAILED  \] [0-9]+ test/ { add("failed", $4) }
		/^ All [0-9]+ tests passed/ { add("passed", $2) }
		/^ [0-9]+ of [0-9]+ tests failed/ { add("failed", $1); add("passed", $3 - $1) }
		/^(=+ )?[0-9]+ (passed|failed|error|skipped|deselected|xfailed|warning).* in [0-9.]+s/ {
			for (i = 2; i <= NF; i++) {
				if ($i ~ /^passed/) add("passed", $(i - 1))
				if ($i ~ /^(failed|errors?)/) add("failed", $(i - 1))
			}
		}
		END { print count[wanted] + 0 }' "$2"
}

# check NAME COMMAND...: one counted result; the output only when it failed.
check() {
	local name=$1 output
	shift
	if output=$("$@" 2>&1); then
		say "ok - $name"
	else
		tail -n 60 <<<"$output"
		say "not ok - $name"
	fi
}

suite_lint() {
	check "C is formatted" make_quietly format-check
	check "cppcheck" make_quietly lint-c
	check "no banned functions" make_quietly lint-banned
	check "functions are short and explained" make_quietly lint-functions
	check "shellcheck" make_quietly lint-shell
	check "the reference names all of the extension" make_quietly -C "$root/extension" check-docs
	check "messages have their Russian words" make_quietly -C "$root/extension" check-messages
	if command -v systemd-analyze >/dev/null; then
		check "units of systemd" units_in_order
	else
		say "skipped - units of systemd: no systemd-analyze here"
	fi
}

# Installed elsewhere, systemd knows every word of them and finds the programs;
# their exposure stays below 1.5 of 10.
units_in_order() {
	local tree="$test_dir/units" unit name failed=0
	rm -rf "$tree"
	make_quietly install "DESTDIR=$tree" PREFIX=/opt
	sed -i "s|=/opt/|=$tree/opt/|" "$tree"/opt/lib/systemd/system/*.service
	for name in frontend@producer frontend@consumer bridge@relay bridge@sink; do
		unit="$tree/opt/lib/systemd/system/receipts-$name.service"
		cp "${unit%@*}@.service" "$unit"
		systemd-analyze verify --man=no "$unit" && systemd-analyze security --offline=true --threshold=15 "$unit" ||
			failed=1
	done
	return "$failed"
}

suite_unit() { make_quietly unit "BUILD=${1:-release}"; }

suite_extension() {
	with_cluster extension
	make_quietly -C "$root/extension" installcheck "$@" && return
	cat "$root"/extension/test/regression.diffs "$root"/extension/regression.diffs 2>/dev/null
	return 1
}

suite_sql() {
	with_cluster sql
	"$root/tests/sql/run" "$@"
}

# The tests start instances of their own; what a broken test leaves is taken down.
suite_cli() {
	test_instance cli
	make_quietly
	trap '"$root/receipts" down --purge >/dev/null 2>&1' EXIT
	/usr/bin/python3 -m pytest "$root/tests/cli" --rootdir="$root/tests/cli" "$@"
}

suite_api() {
	pypi_fetch schemathesis "$root/tests/api/requirements.txt" || return
	export RECEIPTS_SCHEMATHESIS="$cache/schemathesis/bin/schemathesis"
	system_tests api api release "$@"
}

# pypi_fetch NAME PINNED [VENV OPTION...]: a virtual environment of this name below
# the cache, anew whenever other versions are wanted.
pypi_fetch() {
	local environment="$cache/$1" pinned=$2
	! cmp -s "$pinned" "$environment/requirements.txt" || return 0
	step "Fetching $1 from PyPI" pypi_install "$environment" "$pinned" "${@:3}" && return
	not_ok "$1 can be fetched; see $run/log/setup.log"
	return 1
}

pypi_install() {
	rm -rf "$1"
	/usr/bin/python3 -m venv "${@:3}" "$1" &&
		"$1/bin/pip" --disable-pip-version-check install --quiet --retries 5 -r "$2" &&
		cp "$2" "$1/requirements.txt"
}

suite_docs() { system_tests docs docs release "$@"; }

suite_bench() { bench_instance --quick "$@"; }

# The driver's environment sees Debian's packages too.
suite_browser() {
	local python="$cache/playwright/bin/python"
	pypi_fetch playwright "$root/tests/browser/requirements.txt" --system-site-packages || return
	system_tests browser browser release "$@"
}

suite_system() { system_tests system system release "$@"; }

# A debug build, which has crash points.
suite_faults() { system_tests faults faults debug "$@"; }

suite_soak() {
	[[ " $* " == *" --minutes"* ]] || set -- --minutes 60 "$@"
	system_tests faults soak debug -s "$@"
}

suite_asan() {
	[[ $# != 0 ]] || suite_unit asan
	system_tests system asan asan "$@"
}

# system_tests FOLDER NAME BUILD [ARGUMENT...]: a whole instance for pytest; its
# logs stay when something failed.
system_tests() {
	local folder="$root/tests/$1" name=$2 build=$3 status=0
	shift 3
	test_instance "$name"
	export RECEIPTS_BUILD=$build RECEIPTS_ENV_FILE="$RECEIPTS_RUN_DIR/env"
	# Also when the tests are interrupted.
	trap '"$root/receipts" down >/dev/null 2>&1' EXIT
	"$root/receipts" up --detach || { not_ok "the instance starts"; return 1; }
	"${python:-/usr/bin/python3}" -m pytest "$folder" --rootdir="$folder" "$@" || status=$?
	"$root/receipts" down || { not_ok "the instance stops"; status=1; }
	sanitizers_silent "$RECEIPTS_RUN_DIR" || status=1
	if ((status == 0)); then "$root/receipts" down --purge; else say "logs: $RECEIPTS_RUN_DIR/log"; fi
	return "$status"
}

not_ok() { say "not ok - $1"; }

# The reports of address and undefined-behaviour sanitizers end up in the logs.
sanitizers_silent() {
	local found
	found=$(grep -lE 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$1"/log/*.log*) || return 0
	while read -r log; do
		say "---- $log"
		grep -nE -A 30 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$log" | head -n 100
	done <<<"$found"
	not_ok "the sanitizers have nothing to report"
	return 1
}

# Points RECEIPTS_RUN_DIR and the ports at an instance of its own, empty.
test_instance() {
	local name port
	export RECEIPTS_RUN_DIR="$test_dir/$1"
	[[ ! -d $RECEIPTS_RUN_DIR ]] || "$root/receipts" down --purge >/dev/null
	port=$(free_port_block 7) || die "could not find seven free ports in a row"
	for name in PRODUCER CONSUMER RELAY SINK POSTGRES KAFKA KAFKA_CONTROLLER; do
		export "RECEIPTS_${name}_PORT=$port"
		port=$((port + 1))
	done
}

# The first of N free ports in a row, below those that the kernel hands out.
free_port_block() {
	local first port tries
	for ((tries = 0; tries < 50; tries++)); do
		first=$((20000 + RANDOM % 12000))
		for ((port = first; port < first + $1; port++)); do
			port_open "$port" && continue 2
		done
		printf '%s' "$first"
		return
	done
	return 1
}

# A cluster with the extension and nothing else, for pg_regress; down at the end.
with_cluster() {
	test_instance "$1"
	trap '"$root/receipts" down --purge >/dev/null 2>&1' EXIT
	"$root/receipts" up --detach --only-postgres
	settings_load fresh
	run=$RECEIPTS_RUN_DIR secrets_file=$RECEIPTS_RUN_DIR/secrets secrets_load
	export PGHOST=127.0.0.1 PGPORT=${setting[POSTGRES_PORT]} PGUSER=postgres
	export PGPASSWORD=${secret[SUPERUSER_PASSWORD]}
}

# Where no engine can run, says so and counts as skipped.
suite_containers() {
	local obstacle status=0
	engine_present || {
		obstacle=$(engine_obstacle)
		[[ -z $obstacle ]] || { say "skipped - containers: $obstacle"; return; }
		trap engine_release EXIT
		engine_start
	}
	test_instance containers
	export RECEIPTS_PRODUCER_DB_PORT=$RECEIPTS_RELAY_PORT RECEIPTS_CONSUMER_DB_PORT=$RECEIPTS_SINK_PORT
	export RECEIPTS_PROMETHEUS_PORT=$RECEIPTS_POSTGRES_PORT
	# A machine that trusts more than Debian does may need that in the build.
	[[ ! -s /etc/ssl/certs/ca-certificates.crt ]] || export RECEIPTS_BUILD_CA=/etc/ssl/certs/ca-certificates.crt
	"$root/tests/containers/run" || status=$?
	return "$status"
}
