#!/bin/sh
# What the other services need before they start, made where it is missing: access tokens, and certificates for etcd and its users.
# Takes the directories of the tokens, of that for Prometheus, of the certificates, and of the scripts for etcd.
set -eu
tokens=$1 prometheus=$2 certificates=$3 scripts=$4
umask 077

random() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

# The first of the list is for people.
[ -s "$tokens/access-tokens" ] || random >"$tokens/access-tokens"
# Prometheus has one of its own, which can be replaced without that of people. It runs as another user.
if [ ! -s "$prometheus/token" ]; then
  random >"$prometheus/token"
  chmod 644 "$prometheus/token"
fi
grep -qF "$(cat "$prometheus/token")" "$tokens/access-tokens" ||
  printf '%s,%s\n' "$(paste -sd, "$tokens/access-tokens")" "$(cat "$prometheus/token")" >"$tokens/access-tokens.new"
[ ! -s "$tokens/access-tokens.new" ] || mv "$tokens/access-tokens.new" "$tokens/access-tokens"
# Before, everybody could read it.
chmod 600 "$tokens/access-tokens"

sh "$scripts/create-certificates.sh" --directory "$certificates" --hosts etcd,etcd-1,etcd-2,etcd-3 --users root,scheduler,worker,api,status
