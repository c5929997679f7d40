#!/bin/sh
# Makes an authority, a certificate for the members of etcd, and one for each user of 9volt. etcd takes the user from the common name of the
# certificate (create-access.sh --no-passwords). Run it again at any time: it makes missing certificates, and replaces those that expire within 30 days.
set -eu

usage() {
  cat <<'TEXT'
Usage: create-certificates.sh --directory <dir> [options]

  --directory <dir>   where directories authority, etcd, root, scheduler, worker, api, status, operator, viewer and server are made, each with ca.crt,
                      tls.crt and tls.key; one that exists may be a volume of its own
  --hosts <list>      names and addresses of the members, separated by commas; localhost, 127.0.0.1 and ::1 are always among them
  --users <list>      for whom of these users certificates are made; for all when left out
  --prefix <prefix>   of 9volt's keys; 9volt when left out
  --days <days>       how long certificates are valid; 3650 when left out

It needs openssl. Keep the directory authority secret: anybody with its key can make a certificate for root.
TEXT
}

fail() {
  echo "create-certificates.sh: $1" >&2
  exit 2
}

directory='' hosts='' users=root,scheduler,worker,api,status,operator,viewer,server prefix=9volt days=3650
while [ $# -gt 0 ]; do
  case $1 in
    --directory | --hosts | --users | --prefix | --days)
      [ $# -gt 1 ] || fail "expected a value after $1"
      case $1 in
        --directory) directory=$2 ;;
        --hosts) hosts=$2 ;;
        --users) users=$2 ;;
        --prefix) prefix=$(printf '%s' "$2" | sed 's:^/*::; s:/*$::') ;;
        --days) days=$2 ;;
      esac
      shift
      ;;
    --help | -h) usage && exit 0 ;;
    *) fail "unknown option $1; --help tells which there are" ;;
  esac
  shift
done
[ -n "$directory" ] || fail 'expected --directory'
[ -n "$prefix" ] || fail 'expected a prefix that is not empty'
command -v openssl >/dev/null || fail 'openssl is not installed'

umask 077
renew_seconds=2592000
authority=$directory/authority

quietly() {
  output=$("$@" 2>&1) || {
    printf '%s\n' "$output" >&2
    exit 1
  }
}

new_key() {
  quietly openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

lasts() {
  [ -s "$1" ] && openssl x509 -in "$1" -noout -checkend "$renew_seconds" >/dev/null
}

mkdir -p "$authority"
if ! lasts "$authority/ca.crt"; then
  new_key "$authority/ca.key"
  quietly openssl req -x509 -new -sha256 -key "$authority/ca.key" -days "$days" -subj '/CN=9volt etcd authority' \
    -addext 'basicConstraints=critical,CA:true,pathlen:0' -addext 'keyUsage=critical,keyCertSign' -out "$authority/ca.crt.new"
  mv "$authority/ca.crt.new" "$authority/ca.crt"
  echo 'authority: made'
fi

# Makes a certificate in a directory, unless it has a good one: directory, common name, extensions.
issue() {
  mkdir -p "$directory/$1"
  cd "$directory/$1"
  # Keeps the names beside it, so that another list of hosts makes another certificate.
  if lasts tls.crt && [ "$(cat extensions 2>/dev/null)" = "$3" ] && cmp -s ca.crt ../authority/ca.crt; then
    cd - >/dev/null
    return
  fi
  new_key tls.key.new
  quietly openssl req -new -sha256 -key tls.key.new -subj "/CN=$2" -out request
  printf '%s\n' "$3" >extensions
  quietly openssl x509 -req -sha256 -in request -CA ../authority/ca.crt -CAkey ../authority/ca.key -set_serial "0x$(openssl rand -hex 16)" \
    -days "$days" -extfile extensions -out tls.crt.new
  cp ../authority/ca.crt ca.crt
  mv tls.key.new tls.key
  mv tls.crt.new tls.crt
  rm request
  echo "$1: made, for $2"
  cd - >/dev/null
}

names=''
for host in localhost 127.0.0.1 ::1 $(printf '%s' "$hosts" | tr ',' ' '); do
  case $host in
    *:*) names="$names,IP:$host" ;;
    *[!0-9.]*) names="$names,DNS:$host" ;;
    *) names="$names,IP:$host" ;;
  esac
done

usual='basicConstraints=critical,CA:false
keyUsage=critical,digitalSignature'
# A member is a client of its peers.
issue etcd etcd "$usual
extendedKeyUsage=serverAuth,clientAuth
subjectAltName=${names#,}"
for user in $(printf '%s' "$users" | tr ',' ' '); do
  case $user in
    root) name=root ;;
    scheduler | worker | api | status | operator | viewer | server) name=$prefix-$user ;;
    *) fail "unknown user $user; --help tells which there are" ;;
  esac
  issue "$user" "$name" "$usual
extendedKeyUsage=clientAuth"
done
