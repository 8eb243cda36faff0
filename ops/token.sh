# shellcheck shell=bash
#
# token.sh - access tokens: made, listed, revoked.
#

# ./receipts token create NAME ROLE [--place ID]... [--expires TIME] [--rate-limit N]
# ./receipts token list [producer|consumer]
# ./receipts token revoke TOKEN|FINGERPRINT
#
# create makes an access token and prints it, once; only its SHA-256 is kept.
# ROLE is submitter (made in the producer), analyst (in the consumer) or admin (in
# both).  --place binds it to a place, and may be repeated; --expires takes a time
# as PostgreSQL reads it, e.g. 2030-01-01 or "2025-06-01 12:00 UTC"; --rate-limit
# is how many requests it may send a minute.
#
# list shows what each service knows, with the fingerprint of each token (the
# first digits of its SHA-256) and when it was used last.  revoke takes a
# fingerprint, or the token itself, and has every service refuse it.
#
#   ./receipts token create "till 7" submitter --place shop-7
#   ./receipts token list producer
#   ./receipts token revoke 4bf92f3577b3
command_token() {
	local verb=${1:-}
	case $verb in
		create | list | revoke) shift; need_instance; "token_$verb" "$@" ;;
		*) command_help command_token >&2; die "token knows create, list and revoke" ;;
	esac
}

# The databases that know tokens of a role.
token_databases() {
	case $1 in
		submitter) echo producer ;;
		analyst) echo consumer ;;
		admin) echo producer consumer ;;
		*) die "a token's role is submitter, analyst or admin, not \"$1\"" ;;
	esac
}

token_create() {
	[[ $# -ge 2 ]] || die "token create needs a NAME and a ROLE"
	local name=$1 role=$2 places='' expires='' rate='' databases database token hash
	databases=$(token_databases "$role")
	shift 2
	while [[ $# -gt 0 ]]; do
		[[ $# -ge 2 ]] || die "token create: $1 needs a value"
		case $1 in
			--place) places+=${places:+$'\x1f'}$2 ;;
			--expires) expires=$2 ;;
			--rate-limit) rate=$2 ;;
			*) die "token create does not know \"$1\"" ;;
		esac
		shift 2
	done
	token="rcp_$(random_base64url)"
	hash=$(printf '%s' "$token" | sha256sum)
	for database in $databases; do
		superuser_sql "$database" -v "name=$name" -v "role=$role" -v "hash=${hash%% *}" \
			-v "places=$places" -v "expires=$expires" -v "rate=$rate" >/dev/null <<-'END' ||
			BEGIN;
			SELECT auth.adopt_token(:'name', :'role', decode(:'hash', 'hex'),
			                        string_to_array(nullif(:'places', ''), E'\x1f')) AS id \gset
			UPDATE auth.token SET expires_at = nullif(:'expires', '')::timestamptz,
			                      rate_limit = nullif(:'rate', '')::int WHERE token_id = :id;
			COMMIT;
		END
			die "the token was not made"
	done
	say "$token"
}

token_list() {
	local database databases='producer consumer'
	case ${1:-} in
		'') ;;
		producer | consumer) databases=$1 ;;
		*) die "token list takes producer or consumer, not \"$1\"" ;;
	esac
	for database in $databases; do
		superuser_sql "$database" -P "title=$database" -P footer=off <<-'END'
			SELECT t.token_id AS id, left(encode(t.hash, 'hex'), 12) AS fingerprint, t.name, t.role,
			       array_to_string(t.places, ', ') AS places, t.rate_limit AS "rate/min",
			       CASE WHEN t.revoked_at IS NOT NULL THEN 'revoked'
			            WHEN t.expires_at <= now() THEN 'expired' ELSE 'valid' END AS state,
			       to_char(t.expires_at, 'YYYY-MM-DD HH24:MI') AS expires,
			       to_char(u.last_used_at, 'YYYY-MM-DD HH24:MI') AS "last used"
			  FROM auth.token t LEFT JOIN auth.token_use u USING (token_id)
			 ORDER BY t.token_id
		END
	done
}

token_revoke() {
	[[ $# == 1 ]] || die "token revoke needs one TOKEN or FINGERPRINT"
	local fingerprint=$1 database count revoked=0
	if [[ $1 == rcp_* ]]; then
		fingerprint=$(printf '%s' "$1" | sha256sum)
		fingerprint=${fingerprint%% *}
	fi
	[[ $fingerprint =~ ^[0-9a-f]{12,64}$ ]] ||
		die "a fingerprint is at least 12 hexadecimal digits, as \"token list\" shows them"
	for database in producer consumer; do
		count=$(superuser_sql "$database" -At -v "fingerprint=$fingerprint" <<-'END'
			SELECT count(*) FILTER (WHERE auth.revoke_token(t.token_id))
			  FROM auth.token t
			 WHERE starts_with(encode(t.hash, 'hex'), :'fingerprint') AND t.revoked_at IS NULL
		END
		) || die "the token was not revoked in $database"
		((count == 0)) || say "revoked in $database"
		revoked=$((revoked + count))
	done
	((revoked > 0)) || die "no valid token has that fingerprint"
}
