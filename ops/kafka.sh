# shellcheck shell=bash
#
# kafka.sh - the broker: Apache Kafka from its own jars (KRaft, one node), or
# librdkafka's in-memory mock cluster, or one that is run elsewhere.
#

kafka_dir="$run/kafka"
kafka_version=$(sed -n 's:.*<kafka.version>\(.*\)</kafka.version>.*:\1:p' "$root/ops/kafka/pom.xml")
kafka_libs="$cache/kafka-$kafka_version"
broker_file="$run/kafka/embedded-brokers"

# Set when a broker was started that knows nothing of earlier topics.
broker_new=''

# Decides which broker it will be and gets hold of it.  Without a word from the
# user, a machine that cannot get Kafka is given the embedded one; whoever asks
# for "kafka" gets Kafka or an error.
broker_prepare() {
	case ${setting[BROKER]} in
		kafka) kafka_fetch || die "could not get Apache Kafka $kafka_version; RECEIPTS_BROKER=embedded does without" ;;
		'') if kafka_fetch; then setting[BROKER]=kafka; else broker_fall_back; fi ;;
		embedded) broker_embedded_notice ;;
	esac
}

broker_fall_back() {
	setting[BROKER]=embedded
	warn "Apache Kafka $kafka_version could not be fetched (see $run/log/setup.log)."
	broker_embedded_notice
}

broker_embedded_notice() {
	cat <<-'END'

		  ************************************************************************
		  *  BROKER: librdkafka's in-memory mock cluster, not Apache Kafka.      *
		  *  For trying things out.  Its topics do NOT survive a stop: receipts  *
		  *  that are in it and not yet in the analytics are lost with it.       *
		  *  RECEIPTS_BROKER=kafka insists on the real one.                      *
		  ************************************************************************

	END
}

# The groups of packages that the broker needs; Maven only as long as the jars
# are not there.
broker_packages() {
	case ${setting[BROKER]} in
		'' | kafka) printf 'kafka'; [[ -d $kafka_libs ]] || printf ' maven' ;;
	esac
}

# The jars, once for all instances.
kafka_fetch() {
	jars_fetch "Apache Kafka $kafka_version" "$root/ops/kafka/pom.xml" "$kafka_libs" "kafka_2.13-$kafka_version.jar"
}

# jars_fetch NAME POM FOLDER JAR: what a POM depends on, this jar among it, into a
# folder; downloaded aside and renamed when complete.
jars_fetch() {
	[[ ! -d $3 ]] || return 0
	step "Fetching $1 by Maven" jars_download "${@:2}"
}

# What has arrived stays for the next try.
jars_download() {
	local attempt
	for attempt in 1 2 3; do
		rm -rf "$2.new"
		if jars_copy "$1" "$2.new" && [[ -e $2.new/$3 ]]; then
			mv "$2.new" "$2" && rm -rf "$cache/m2"
			return
		fi
		printf 'attempt %d of 3 failed\n' "$attempt"
		sleep "$attempt"
	done
	return 1
}

jars_copy() {
	mvn -q -B --strict-checksums -Dstyle.color=never -f "$1" "-Dmaven.repo.local=$cache/m2" \
		org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies \
		-DincludeScope=runtime "-DoutputDirectory=$2"
}

file_uri() {
	printf 'file://'
	sed 's/%/%25/g; s/ /%20/g; s/#/%23/g; s/?/%3F/g' <<<"$1"
}

# Writes the configuration and fills kafka_java, the command line up to the class.
kafka_configure() {
	local listen="127.0.0.1:${setting[KAFKA_PORT]}"
	local controller="127.0.0.1:${setting[KAFKA_CONTROLLER_PORT]}"
	kafka_java=(java "-Xmx${setting[KAFKA_HEAP]}" -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError
		"-Dlog4j2.configurationFile=$(file_uri "$kafka_dir/log4j2.properties")" -cp "$kafka_libs/*")
	mkdir -p "$kafka_dir"
	cp "$root/ops/kafka/log4j2.properties" "$kafka_dir/"
	cat >"$kafka_dir/server.properties" <<-END
		# Written by ./receipts at each start.
		process.roles=broker,controller
		node.id=1
		controller.quorum.voters=1@$controller
		listeners=PLAINTEXT://$listen,CONTROLLER://$controller
		advertised.listeners=PLAINTEXT://$listen
		controller.listener.names=CONTROLLER
		log.dirs=${kafka_dir//\\/\\\\}/data
		auto.create.topics.enable=false
		# After a kill -9 the broker waits this long for its former self to expire.
		broker.session.timeout.ms=5000
		broker.heartbeat.interval.ms=1000
		message.max.bytes=8388608
		replica.fetch.max.bytes=8388608
		offsets.topic.replication.factor=1
		offsets.topic.num.partitions=4
		transaction.state.log.replication.factor=1
		transaction.state.log.min.isr=1
		group.initial.rebalance.delay.ms=0
	END
}

# Gives the storage its cluster id, once.
kafka_format() {
	local id
	rm -rf "$kafka_dir/data"
	id=$(head -c 16 /dev/urandom | base64 -w0 | tr '+/' 'AB' | tr -d '=')
	"${kafka_java[@]}" kafka.tools.StorageTool format -t "$id" \
		-c "$kafka_dir/server.properties" || return
	: >"$kafka_dir/formatted"
}

# The embedded broker loses its topic with each stop, by its nature: begin anew, and
# send again all that the journal has.  Nothing is counted twice: receipts are known
# by their ids.
#
# A Kafka that has lost its data is another matter: whoever runs it decides, and the
# sink stands still until then (docs/operations.md).
broker_begin_anew() {
	local queued
	[[ ${setting[BROKER]} == embedded ]] || return 0
	superuser_sql consumer -v "topic=${setting[TOPIC]}" \
		<<<"SELECT analytics.sink_restart(:'topic') \\g /dev/null" ||
		die "the offsets of an earlier broker could not be forgotten"
	queued=$(superuser_sql producer -At <<<"SELECT journal.republish('-infinity')") ||
		die "the receipts that the earlier broker had could not be sent again"
	((queued == 0)) ||
		say "==> The embedded broker is new: all $queued receipts of the journal are sent again; each counts once"
}

# Starts the broker without waiting for it: a Java machine takes its time.
broker_launch() {
	case ${setting[BROKER]} in
		kafka | embedded) ;;
		*) return 0 ;;
	esac
	! is_running kafka || return 0
	check_port Kafka KAFKA_PORT
	case ${setting[BROKER]} in
		kafka)
			check_port "Kafka's controller" KAFKA_CONTROLLER_PORT
			kafka_configure
			if [[ ! -e $kafka_dir/formatted ]]; then
				step "Formatting Kafka's storage" kafka_format ||
					die "Kafka's storage could not be formatted"
				broker_new=1
			fi
			spawn kafka "${kafka_java[@]}" kafka.Kafka "$kafka_dir/server.properties" ;;
		embedded)
			mkdir -p "$kafka_dir"
			rm -f "$broker_file"
			broker_new=1
			spawn kafka "$programs/receipts-bridge" broker --listen-file "$broker_file" \
				--partitions "${setting[PARTITIONS]}" --topic "${setting[TOPIC]}" ;;
	esac
}

# Where clients find it.
brokers() {
	case ${setting[BROKER]} in
		kafka) printf '127.0.0.1:%s' "${setting[KAFKA_PORT]}" ;;
		embedded) cat "$broker_file" 2>/dev/null || true ;;
		*) printf '%s' "${setting[BROKER]}" ;;
	esac
}

# Waits for the broker and makes the topic if it is not there.
broker_wait() {
	case ${setting[BROKER]} in
		kafka) wait_ready kafka 90 port_open "${setting[KAFKA_PORT]}" ;;
		embedded) wait_ready kafka 30 test -s "$broker_file" ;;
	esac
	step "Topic ${setting[TOPIC]}" broker_topic ||
		die "the topic ${setting[TOPIC]} could not be made on $(brokers)"
}

broker_topic() {
	local config=(--topic-config "retention.ms=604800000,max.message.bytes=8388608")
	[[ ${setting[BROKER]} == kafka ]] || config=()
	"$programs/receipts-bridge" topic --brokers "$(brokers)" --topic "${setting[TOPIC]}" \
		--partitions "${setting[PARTITIONS]}" --wait 60 "${config[@]}"
}

broker_stop() { stop_process kafka TERM 60; }
