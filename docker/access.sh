#!/bin/sh
# Gives each user of etcd what it needs and no more, and turns authentication on. Takes the directory of the scripts for etcd.
set -eu
until etcdctl endpoint health >/dev/null 2>&1; do sleep 1; done
sh "$1/create-access.sh" --no-passwords --enable
