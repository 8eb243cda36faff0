# shellcheck shell=bash
#
# postgres.sh - the private cluster: PostgreSQL 15 with pg_cron, the databases
# "producer" and "consumer", TCP on 127.0.0.1 only, passwords always.
#

pg_home="$run/postgres"
pg_data="$pg_home/data"

# PostgreSQL refuses to run as root.  Started by root it runs as the owner of
# the data directory, or as the package's user.
pg_user() {
	if [[ -d $pg_home ]]; then stat -c %U "$pg_home"; else printf 'postgres'; fi
}

# Fills pg_as with the prefix that runs a command as the cluster's owner.
#
# A clone below a closed directory (/root, mode 700) cannot be entered by that
# user.  Opening the directory is not for us to do, so the server is given the
# one capability to pass through directories and read; and where root itself
# lacks that one (in a container), the one that comes next.  The secure bit
# makes access(2) heed it, by which PostgreSQL looks for its own executable.
pg_prepare_user() {
	pg_as=()
	if ((EUID != 0)); then
		mkdir -p "$pg_home"
		chmod 700 "$pg_home"
		return
	fi
	local user drop capability
	user=$(pg_user)
	[[ $user != root ]] || die "$pg_home belongs to root; remove it or give it to the user postgres"
	mkdir -p "$pg_home"
	chown "$user:" "$pg_home"
	chmod 700 "$pg_home"
	drop=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --init-groups)
	for capability in '' dac_read_search dac_override; do
		pg_as=("${drop[@]}")
		[[ -z $capability ]] || pg_as+=(--securebits=+no_setuid_fixup
			"--inh-caps=+$capability" "--ambient-caps=+$capability")
		pg_as+=(--)
		if "${pg_as[@]}" test -x "$pg_bin" -a -w "$pg_home" 2>/dev/null; then return; fi
	done
	die "the user $user cannot enter $run; put the clone where others may pass, or run ./receipts as a normal user"
}

pg_ready() { pg_isready -q -h 127.0.0.1 -p "${setting[POSTGRES_PORT]}" -U postgres -d postgres -t 2; }

# initdb, and both databases before the first start, since pg_cron wants its own
# to be there.  Made aside and renamed, so that an interrupted run leaves no half.
pg_create() {
	local new="$pg_home/new" password="$pg_home/password"
	rm -rf "$new" "$password"
	(umask 077 && printf '%s' "${secret[SUPERUSER_PASSWORD]}" >"$password")
	((EUID != 0)) || chown "$(pg_user):" "$password"
	"${pg_as[@]}" "$pg_bin/initdb" --pgdata="$new" --username=postgres --pwfile="$password" \
		--auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --data-checksums --no-instructions
	rm -f "$password"
	# Nobody but the superuser has business in the others.
	printf "%s;\n" 'CREATE DATABASE producer' 'CREATE DATABASE consumer' \
		'REVOKE ALL ON DATABASE postgres FROM PUBLIC' 'REVOKE ALL ON DATABASE template1 FROM PUBLIC' |
		"${pg_as[@]}" "$pg_bin/postgres" --single -D "$new" postgres
	printf '%s\n' '# TYPE DATABASE USER ADDRESS METHOD' 'host all all 127.0.0.1/32 scram-sha-256' \
		>"$new/pg_hba.conf"
	printf "\ninclude 'receipts.conf'\n" >>"$new/postgresql.conf"
	mv "$new" "$pg_data"
}

# Written at every start: ports and sizes may change between two.
pg_configure() {
	{
		cat "$root/ops/postgresql.conf"
		cat <<-END

			# Written by ./receipts at each start; ALTER SYSTEM overrides it.
			listen_addresses = '127.0.0.1'
			port = ${setting[POSTGRES_PORT]}
			unix_socket_directories = ''
			max_connections = 100
			shared_buffers = '${setting[SHARED_BUFFERS]}'
			cron.database_name = 'consumer'
		END
	} >"$pg_data/receipts.conf"
	((EUID != 0)) || chown "$(pg_user):" "$pg_data/receipts.conf"
}

pg_launch() {
	check_port PostgreSQL POSTGRES_PORT
	pg_configure
	spawn postgres "${pg_as[@]}" "$pg_bin/postgres" -D "$pg_data"
}

# After a kill -9 the old backends may hold the shared memory for a moment.
pg_start() {
	is_running postgres && return
	pg_prepare_user
	[[ -d $pg_data ]] || step "Creating the database cluster" pg_create ||
		die "the cluster could not be created"
	for _ in 1 2 3 4 5; do
		pg_launch
		wait_until 60 pg_ready_or_gone || true
		is_gone postgres || break
		tail -n 5 "$run/log/postgres.log" | grep -q 'shared memory block' || break
		sleep 1
	done
	wait_ready postgres 300 pg_ready
}

pg_ready_or_gone() { is_gone postgres || pg_ready; }

# Fast shutdown: sessions are ended, what has committed is kept.
pg_stop() { stop_process postgres INT 60; }

# Schemas, roles, jobs and the tokens of .run/env; does nothing the second time.
pg_deploy() {
	step "Deploying the databases" pg_migrate || die "the databases could not be deployed"
}

# superuser_sql DATABASE [ARGUMENT...]: psql, statements on its standard input;
# the password stays off the command line.
superuser_sql() {
	local database=$1
	shift
	PGPASSWORD=${secret[SUPERUSER_PASSWORD]} psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 \
		-p "${setting[POSTGRES_PORT]}" -U postgres -d "$database" "$@"
}

pg_migrate() {
	local database role hash
	export RECEIPTS_PRODUCER_PASSWORD=${secret[PRODUCER_PASSWORD]}
	export RECEIPTS_RELAY_PASSWORD=${secret[RELAY_PASSWORD]}
	export RECEIPTS_CONSUMER_PASSWORD=${secret[CONSUMER_PASSWORD]}
	export RECEIPTS_SINK_PASSWORD=${secret[SINK_PASSWORD]}
	export PGPASSWORD=${secret[SUPERUSER_PASSWORD]} PGCONNECT_TIMEOUT=10
	for database in producer consumer; do
		export RECEIPTS_DSN="postgresql://postgres@127.0.0.1:${setting[POSTGRES_PORT]}/$database"
		"$root/sql/migrate" "$database" || return
		for role in submitter analyst admin; do
			hash=$(printf '%s' "${secret[${role^^}_TOKEN]}" | sha256sum)
			"$root/sql/migrate" token "receipts-up $role" "$role" "${hash%% *}" || return
		done
	done
}
