# shellcheck shell=bash
#
# build.sh - the programs, the extension, and a private copy of PostgreSQL's
# install tree that holds it.
#

pg_system=/usr/lib/postgresql/15
pg_root="$run/pgroot"
pg_bin="$pg_root$pg_system/bin"

# The programs that run are copies, so that a build never pulls one away from
# under a process, and so that instances can be told apart.
programs="$run/bin"

make_quietly() { make --no-print-directory -C "$root" -j "$(nproc)" "$@"; }

build_all() {
	step "Building the programs (${setting[BUILD]})" make_quietly "BUILD=${setting[BUILD]}" ||
		die "the programs could not be built"
	install_programs
	build_extension
}

build_extension() {
	step "Building the extension" make_quietly extension ||
		die "the extension could not be built"
	install_extension
}

# Replaces a program only when it has changed.
install_programs() {
	local name
	mkdir -p "$programs"
	for name in receipts-frontend receipts-bridge; do
		cmp -s "$root/build/${setting[BUILD]}/$name" "$programs/$name" ||
			install -m 755 "$root/build/${setting[BUILD]}/$name" "$programs/$name"
	done
}

# PostgreSQL looks for its libraries and extensions relative to the place of its
# executable.  So a tree of copied executables and linked files under .run can
# hold our extension, and /usr stays as it is.
install_extension() {
	pg_root_current || step "Laying out a private PostgreSQL tree" lay_pg_root ||
		die "could not lay out $pg_root"
	step "Installing the extension into it" make_quietly -C "$root/extension" install \
		with_llvm=no "DESTDIR=$pg_root" ||
		die "could not install the extension into $pg_root"
}

# Stale after the Debian package was upgraded, or when the clone was moved.
pg_root_current() {
	cmp -s "$pg_system/bin/postgres" "$pg_bin/postgres"
}

lay_pg_root() {
	local share=/usr/share/postgresql/15
	rm -rf "$pg_root"
	mkdir -p "$pg_bin" "$pg_root$pg_system/lib" "$pg_root$share/extension"
	cp -L "$pg_system"/bin/{initdb,postgres,psql,pg_isready,pg_dump} "$pg_bin/"
	ln -s "$pg_system"/lib/* "$pg_root$pg_system/lib/"
	find "$share" -mindepth 1 -maxdepth 1 ! -name extension -exec ln -s -t "$pg_root$share" -- {} +
	ln -s "$share"/extension/* "$pg_root$share/extension/"
}
