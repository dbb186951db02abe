# Sourced by etcd/run and postgres/run. Sets PATRONI (program), PYTHONPATH, PATRONI_VERSION and PATRONI_DCS (etcd3 or etcd).
# Patroni 3.0.2 over etcd3 renews the leader key unconditionally: a primary that froze and resumed takes the lock back and rewinds
# acknowledged writes away. It is safe over etcd's v2 protocol, whose update is a compare-and-swap.

private=$MINIGRAM_STATE/packages/patroni
PATRONI=$private/usr/bin/patroni
modules=$private/usr/lib/python3/dist-packages
if [ ! -f "$PATRONI" ]; then
  PATRONI=/usr/bin/patroni
  modules=/usr/lib/python3/dist-packages
  [ -f "$PATRONI" ] || fail "no Patroni: run deploy/postgres/fetch-patroni, or install the patroni package"
fi
PATRONI_VERSION=$(sed -n "s/^__version__ *= *['\"]\([0-9.]*\).*/\1/p" "$modules/patroni/version.py")
export PYTHONPATH="$modules" PYTHONDONTWRITEBYTECODE=1

case $PATRONI_VERSION in
  [0-2].* | 3.0.[0-2]) safe_dcs=etcd ;;
  *) safe_dcs=etcd3 ;;
esac

# A cluster stays with the protocol it began with: the two stores do not see each other, and an empty store elects anyone.
chosen=$MINIGRAM_STATE/data/patroni-dcs
if [ ! -f "$chosen" ]; then
  mkdir -p "$MINIGRAM_STATE/data"
  echo "$safe_dcs" >"$chosen.$$"
  mv "$chosen.$$" "$chosen"
fi
PATRONI_DCS=$(cat "$chosen")
[ "$PATRONI_DCS $safe_dcs" != "etcd3 etcd" ] ||
  fail "refused: Patroni $PATRONI_VERSION with etcd3 loses acknowledged writes; run deploy/postgres/fetch-patroni to get 4.0.7 back"
export PATRONI PATRONI_VERSION PATRONI_DCS
