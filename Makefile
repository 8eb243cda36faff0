# Builds the programs, installs everything, runs the checks that need no server.
#
#   make [BUILD=release|asan|debug]   build/$(BUILD)/receipts-frontend, receipts-bridge;
#                               debug has crash points (common/crashpoint.h)
#   make extension              the PostgreSQL extension (PGXS, in extension/)
#   make install                programs, extension, sql/, units of systemd  (DESTDIR, PREFIX)
#   make unit                   builds and runs the unit tests of tests/unit/
#   make bench-peers            what the bench measures us against
#   make lint                   cppcheck, shellcheck, banned functions
#   make format, format-check   clang-format 14
#   make check                  format-check, lint, unit
#   make docs                   the tables of settings in docs/configuration.md
#
# V=1 shows the commands; out=DIR builds elsewhere than in build/$(BUILD).
# ./receipts does all of this and starts the result; see ./receipts --help.

BUILD ?= release
PREFIX ?= /usr/local
PG_CONFIG ?= pg_config
CLANG_FORMAT ?= clang-format-14
CPPCHECK ?= cppcheck
SHELLCHECK ?= shellcheck
PKG_CONFIG ?= pkg-config
INSTALL ?= install
WERROR ?= -Werror

# The one place where the version stands.
VERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" \
	extension/pg_receipts.control 2>/dev/null)

out := build/$(BUILD)
quiet := $(if $(V),,@)
note = $(if $(V),,@printf '  %-4s %s\n' $(1) $(2))
programs := frontend bridge
NPM ?= npm
PYTHON ?= /usr/bin/python3

# --- flags ------------------------------------------------------------------

hardening := -fstack-protector-strong -fPIE
ifeq ($(BUILD),release)
optimise := -O2 -g
hardening += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
else ifeq ($(BUILD),asan)
optimise := -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=undefined
sanitize := -fsanitize=address,undefined
else ifeq ($(BUILD),debug)
optimise := -O1 -g
CPPFLAGS += -DRECEIPTS_CRASH_POINTS
else
$(error BUILD must be release, asan or debug, not "$(BUILD)")
endif

# Every library is looked up once, and only when something is compiled.
common_libs := libpq json-c libcrypto libmicrohttpd
frontend_libs := gnutls zlib
bridge_libs := rdkafka
all_libs := $(common_libs) $(frontend_libs) $(bridge_libs)

define pkg
$(or $(shell $(PKG_CONFIG) $(1) $(2)),$(error $(PKG_CONFIG) does not know $(2)))
endef

include_flags = $(eval include_flags := $(call pkg,--cflags,$(all_libs)))$(include_flags)
warnings := -Wall -Wextra -Wshadow=local -Wvla $(WERROR)
CPPFLAGS += -D_GNU_SOURCE -DRECEIPTS_VERSION='"$(VERSION)"' -I. -Icommon
CFLAGS ?=
compile = $(CC) -std=gnu11 $(optimise) $(sanitize) $(warnings) $(hardening) \
	$(CPPFLAGS) $(include_flags) $(CFLAGS) -MMD -MP
link = $(CC) $(sanitize) $(optimise) -pie -Wl,-z,relro,-z,now -Wl,--as-needed \
	$(CFLAGS) $(LDFLAGS)

# --- programs ---------------------------------------------------------------

sources = $(wildcard $(1)/*.c)
objects = $(patsubst %.c,$(out)/%.o,$(call sources,$(1)))
binaries := $(foreach p,$(programs),$(if $(call sources,$(p)),$(out)/receipts-$(p)))

.DEFAULT_GOAL := all
all: $(binaries)

$(out)/receipts-frontend: $(out)/frontend/main.o $(out)/libfrontend.a $(out)/libcommon.a
	$(call note,LINK,$@)
	$(quiet)$(link) -o $@ $^ $(call pkg,--libs,$(frontend_libs) $(common_libs)) -pthread -lm

$(out)/receipts-bridge: $(out)/bridge/main.o $(out)/libbridge.a $(out)/libcommon.a
	$(call note,LINK,$@)
	$(quiet)$(link) -o $@ $^ $(call pkg,--libs,$(bridge_libs) $(common_libs)) -pthread -lm

# What the front end serves as files: npm's packages, the OpenAPI documents and
# our own pages, embedded as frontend/web/assets.txt says.  Built once for all
# kinds of builds, but for the table.
web := build/web
npm_files := $(addprefix frontend/web/,package.json package-lock.json .npmrc)
openapi_documents := $(foreach s,producer consumer,$(web)/openapi/$(s).json)

define npm_missing

npm is needed to build the pages of the front end, and there is none:
install it (Debian: apt-get install --no-install-recommends npm), or set NPM.

endef

$(web)/npm: $(npm_files)
	$(if $(shell command -v $(NPM)),,$(error $(npm_missing)))
	$(call note,NPM,$(web)/node_modules)
	@mkdir -p $(web) && cp $(npm_files) $(web)/
	$(quiet)cd $(web) && $(NPM) ci --loglevel=error --cache "$(abspath $(web))/npm-cache"
	@touch $@

$(web)/openapi/%.json: docs/openapi/%.yaml docs/openapi/shared.yaml ops/openapi.py \
		extension/pg_receipts.control
	@mkdir -p $(@D)
	$(call note,YAML,$@)
	$(quiet)$(PYTHON) ops/openapi.py $(VERSION) docs/openapi/shared.yaml $< >$@

$(out)/frontend/assets.c: frontend/web/assets.txt ops/embed.py $(web)/npm $(openapi_documents)
	@mkdir -p $(@D)
	$(call note,EMBED,$@)
	$(quiet)$(PYTHON) ops/embed.py $@ $< frontend/web $(web)

$(out)/frontend/assets.o: $(out)/frontend/assets.c Makefile
	$(call note,CC,$<)
	$(quiet)$(compile) -c -o $@ $<

$(out)/libfrontend.a: $(out)/frontend/assets.o

# All but main.c, so that unit tests can link the same objects.
define library
$(out)/lib$(1).a: $(filter-out %/main.o,$(call objects,$(1)))
	@rm -f $$@
	$$(quiet)ar rcs $$@ $$^
endef
$(foreach p,common $(programs),$(eval $(call library,$(p))))

$(out)/%.o: %.c Makefile extension/pg_receipts.control
	@mkdir -p $(@D)
	$(call note,CC,$<)
	$(quiet)$(compile) -c -o $@ $<

extension/pg_receipts.control:

-include $(wildcard $(out)/*/*.d $(out)/*/*/*.d $(out)/*/*/*/*.d)

# --- unit tests -------------------------------------------------------------

unit_tests := $(patsubst %.c,$(out)/%,$(wildcard tests/unit/test_*.c))
unit_helpers := $(patsubst %.c,$(out)/%.o,$(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c)))

$(out)/tests/unit/test_%: $(out)/tests/unit/test_%.o $(unit_helpers) \
		$(out)/libfrontend.a $(out)/libbridge.a $(out)/libcommon.a
	$(call note,LINK,$@)
	$(quiet)$(link) -o $@ $^ $(call pkg,--libs,cmocka $(all_libs)) -pthread -lm

unit-build: $(unit_tests)

# Runs every test program even after one has failed, then fails.
unit: unit-build
	@failed=; \
	for t in $(unit_tests); do \
		echo "== $$t"; \
		$$t || failed="$$failed $$t"; \
	done; \
	test -z "$$failed" || { echo "failed:$$failed"; exit 1; }

# --- the bench's peers --------------------------------------------------------

peers := $(patsubst %.c,$(out)/%,$(wildcard tests/bench/peers/*.c))

$(out)/tests/bench/peers/%: $(out)/tests/bench/peers/%.o $(out)/libcommon.a
	$(call note,LINK,$@)
	$(quiet)$(link) -o $@ $^ $(call pkg,--libs,$(common_libs)) -pthread

bench-peers: $(peers)

# --- extension, install -----------------------------------------------------

extension:
	$(MAKE) -C extension PG_CONFIG=$(PG_CONFIG) with_llvm=no

install: all extension
	$(INSTALL) -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/pg_receipts"
	$(INSTALL) -m 755 $(binaries) "$(DESTDIR)$(PREFIX)/bin/"
	cp -R sql "$(DESTDIR)$(PREFIX)/share/pg_receipts/"
	$(INSTALL) -d "$(DESTDIR)$(PREFIX)/lib/systemd/system"
	for unit in ops/systemd/*.service; do \
		sed 's|/usr/local|$(PREFIX)|' "$$unit" >"$(DESTDIR)$(PREFIX)/lib/systemd/system/$${unit##*/}" || exit; \
	done
	$(MAKE) -C extension install PG_CONFIG=$(PG_CONFIG) with_llvm=no DESTDIR="$(DESTDIR)"

# --- style ------------------------------------------------------------------

c_files = $(wildcard common/*.[ch] frontend/*.[ch] bridge/*.[ch] tests/unit/*.[ch] \
	tests/bench/peers/*.[ch])
extension_files = $(wildcard extension/src/*.[ch])
shell_files = $(wildcard receipts .ci/run sql/migrate tests/sql/run $(wildcard ops/containers/*) \
	tests/containers/run tests/containers/kafka/run)
banned := strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca

format:
	$(if $(c_files)$(extension_files),$(CLANG_FORMAT) -i $(c_files) $(extension_files))

format-check:
	$(if $(c_files)$(extension_files),$(CLANG_FORMAT) --dry-run --Werror $(c_files) $(extension_files))

# Declarations may stand at the head of a function, as PostgreSQL has them.
cppcheck_flags := --quiet --error-exitcode=1 --inline-suppr --std=c11 -j2 \
	--enable=warning,style,performance,portability \
	--suppress=missingIncludeSystem --suppress=unusedStructMember \
	--suppress=variableScope

# PostgreSQL's macros that are not C by themselves.
postgres_macros := '-DPG_FUNCTION_INFO_V1(x)=' -DPG_MODULE_MAGIC= '-DAssert(x)=' \
	'-DStaticAssertDecl(x,y)=' '-Dpg_attribute_printf(x,y)=' '-Dpg_attribute_format_arg(x)=' '-DINT64_FORMAT="%ld"'

lint: lint-c lint-banned lint-functions lint-shell

lint-c:
	$(CPPCHECK) $(cppcheck_flags) -DRECEIPTS_VERSION='"x"' -I. -Icommon \
		$(wildcard common frontend bridge tests/bench/peers)
	$(CPPCHECK) $(cppcheck_flags) $(postgres_macros) -Iextension/src extension/src

# Functions that write without knowing the room they have, or keep hidden state.
lint-banned:
	@! grep -nHE '(^|[^[:alnum:]_])($(banned))[[:space:]]*\(' $(c_files) $(extension_files)

# Short functions, each explained.
lint-functions:
	@awk -f ops/functions.awk $(filter %.c,$(c_files) $(extension_files)) /dev/null

lint-shell:
	$(if $(shell_files),$(SHELLCHECK) --external-sources --check-sourced $(shell_files))

check: format-check lint unit

# The programs themselves say which settings they have.
docs: all
	$(PYTHON) ops/settings.py $(out)

clean:
	rm -rf build
	-$(MAKE) -C extension clean PG_CONFIG=$(PG_CONFIG)

.PHONY: all docs extension install unit unit-build bench-peers format format-check lint lint-c \
	lint-banned lint-functions lint-shell check clean
.DELETE_ON_ERROR:
# Intermediate objects of the tests are worth keeping.
.SECONDARY:
