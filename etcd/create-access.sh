#!/bin/sh
# Creates the users and roles of 9volt in etcd, each with the permissions that it needs and no more (docs/deploy/etcd.md). Run it again at any
# time: it grants missing permissions, and sets the passwords to those in the directory.
set -eu

usage() {
  cat <<'TEXT'
Usage: create-access.sh [options]

  --prefix <prefix>       of 9volt's keys; 9volt when left out
  --credentials <dir>     where a file <user>.userpass with user:password is kept for each user; made where it is missing
  --no-passwords          users who prove who they are by the common name of their certificate only
  --enable                makes the user root too, and turns authentication on
  --print                 prints what would be granted, and does nothing

Give etcdctl its endpoints, certificates and the user root as usual: ETCDCTL_ENDPOINTS, ETCDCTL_CACERT, ETCDCTL_CERT, ETCDCTL_KEY,
and ETCDCTL_USER=root:<password> once authentication is on.
TEXT
}

fail() {
  echo "create-access.sh: $1" >&2
  exit 2
}

prefix=9volt credentials='' passwords=yes enable=no print=no
while [ $# -gt 0 ]; do
  case $1 in
    --prefix | --credentials)
      [ $# -gt 1 ] || fail "expected a value after $1"
      if [ "$1" = --prefix ]; then prefix=$2; else credentials=$2; fi
      shift
      ;;
    --no-passwords) passwords=no ;;
    --enable) enable=yes ;;
    --print) print=yes ;;
    --help | -h) usage && exit 0 ;;
    *) fail "unknown option $1; --help tells which there are" ;;
  esac
  shift
done

prefix=$(printf '%s' "$prefix" | sed 's:^/*::; s:/*$::')
[ -n "$prefix" ] || fail 'expected a prefix that is not empty'
[ "$print" = yes ] || [ "$passwords" = no ] || [ -n "$credentials" ] ||
  fail 'expected --credentials with a directory for the passwords, or --no-passwords'
export ETCDCTL_API=3

# Role, permission and prefix.
grants() {
  cat <<TEXT
scheduler read /
scheduler readwrite /config
scheduler readwrite /cluster/director
scheduler readwrite /cluster/coverage
scheduler readwrite /cluster/members/
scheduler readwrite /cluster/assignments/
scheduler readwrite /cluster/suspects/
scheduler readwrite /cluster/poison/
scheduler readwrite /event/
scheduler readwrite /incident/
scheduler readwrite /vitals/
scheduler readwrite /handback/
scheduler readwrite /request/
scheduler readwrite /push/
scheduler readwrite /silence/
scheduler readwrite /ack/
scheduler readwrite /pause/
scheduler readwrite /report-sent/
scheduler readwrite .history/names/
scheduler readwrite .history/minute/
scheduler readwrite .history/hour/
scheduler readwrite .history/day/
scheduler readwrite .history/recent/
scheduler readwrite .history/folded/
worker read /config
worker read /alerter/
worker read /silence/
worker read /maintenance/
worker read /ack/
worker read /pause/
worker read /look/
worker read .history/hour/
worker readwrite /cluster/members/
worker readwrite /cluster/assignments/
worker readwrite /cluster/suspects/
worker readwrite /cluster/poison/
worker readwrite /event/
worker readwrite /request/
worker readwrite /push/
worker readwrite /state/
worker readwrite /incident/
worker readwrite /vitals/
worker readwrite /latest/
worker readwrite /outbox/
worker readwrite /handback/
worker readwrite /group/
worker readwrite .history/names/
worker readwrite .history/minute/
api read /
api read .history/names/
api read .history/minute/
api read .history/hour/
api read .history/day/
api read .history/recent/
api read .history/folded/
api readwrite /config
api readwrite /monitor/
api readwrite /alerter/
api readwrite /origin/
api readwrite /cluster/drain/
api readwrite /silence/
api readwrite /maintenance/
api readwrite /status-page/
api readwrite /ack/
api readwrite /pause/
api readwrite /report/
api readwrite /report-sent/
api readwrite /cluster/members/
api readwrite /event/
api readwrite /request/
api readwrite /push/
api readwrite /look/
api readwrite /incident/
status read /config
status read /status-page/
status read /monitor/
status read /state/
status read /incident/
status read /maintenance/
status read /pause/
status read /vitals/
status read .history/names/
status read .history/hour/
status read .history/day/
operator read /cluster/
operator readwrite /config
operator readwrite /monitor/
operator readwrite /alerter/
operator readwrite /origin/
operator readwrite /maintenance/
operator readwrite /status-page/
operator readwrite /report/
operator readwrite /silence/
operator readwrite /pause/
operator readwrite /cluster/drain/
viewer read /config
viewer read /monitor/
viewer read /cluster/
viewer read /state/
viewer read /incident/
viewer read /vitals/
viewer read /outbox/
viewer read /handback/
viewer read /event/
viewer read /push/
viewer read /silence/
viewer read /maintenance/
viewer read /status-page/
viewer read /ack/
viewer read /pause/
viewer read /origin/
viewer read /report/
viewer read /report-sent/
TEXT
}

if [ "$print" = yes ]; then
  grants | sed "s:^\([a-z]*\) \([a-z]*\) :$prefix-\1 \2 /$prefix:"
  exit 0
fi

quietly() {
  output=$("$@" 2>&1) || {
    printf '%s\n' "$output" >&2
    return 1
  }
}

# Without this, "it does not exist" and "etcd does not answer" would look alike.
quietly etcdctl role list || fail 'etcd does not answer, or not to this user; see above'
roles=$(etcdctl role list)
users=$(etcdctl user list)

is_one_of() {
  printf '%s\n' "$1" | grep -qxF "$2"
}

# All at once, because each waits for the disk of etcd.
all_started() {
  for pid in $started; do wait "$pid" || fail 'etcd refused a grant; see above'; done
  started=''
}

# Grants a role its missing permissions, and revokes those below the prefix that it no longer needs.
create_role() {
  held=''
  if is_one_of "$roles" "$prefix-$1"; then held=$(etcdctl role get "$prefix-$1"); else quietly etcdctl role add "$prefix-$1"; fi
  wanted='' started=''
  while read -r role access below; do
    [ "$role" = "$1" ] || continue
    wanted="$wanted/$prefix$below
"
    # etcdctl shows it once for reading, and once for writing.
    times=$(printf '%s\n' "$held" | grep -cF "(prefix /$prefix$below)") || true
    [ "$times" = "$(if [ "$access" = read ]; then echo 1; else echo 2; fi)" ] && continue
    quietly etcdctl role grant-permission "$prefix-$role" --prefix=true "$access" "/$prefix$below" &
    started="$started $!"
  done <<TEXT
$(grants)
TEXT
  for key in $(printf '%s\n' "$held" | sed -n 's/.*(prefix \(.*\))$/\1/p' | sort -u); do
    is_one_of "$wanted" "$key" && continue
    quietly etcdctl role revoke-permission "$prefix-$1" --prefix=true "$key" &
    started="$started $!"
  done
  all_started
}

# The password of a user, from its file; makes the file if it is missing.
password_of() {
  file=$credentials/$1.userpass
  if [ ! -s "$file" ]; then
    (umask 077 && mkdir -p "$credentials" && printf '%s:%s\n' "$1" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" >"$file")
  fi
  sed 's/^[^:]*://' "$file"
}

# Creates a user and gives it these roles.
create_user() {
  user=$1
  shift
  if [ "$passwords" = no ]; then
    is_one_of "$users" "$user" || quietly etcdctl user add "$user" --no-password
  elif is_one_of "$users" "$user"; then
    password_of "$user" | quietly etcdctl user passwd "$user" --interactive=false
  else
    password_of "$user" | quietly etcdctl user add "$user" --interactive=false
  fi
  for role in "$@"; do quietly etcdctl user grant-role "$user" "$role"; done
  echo "$user: $*"
}

for name in scheduler worker api status operator viewer; do
  create_role "$name"
  create_user "$prefix-$name" "$prefix-$name"
done
# One process with all roles: 9volt server.
create_user "$prefix-server" "$prefix-scheduler" "$prefix-worker" "$prefix-api"

if [ "$enable" = yes ]; then
  is_one_of "$roles" root || quietly etcdctl role add root
  create_user root root
  quietly etcdctl auth enable
  echo 'authentication is on'
fi
