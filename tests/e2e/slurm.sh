#!/bin/bash
# Array jobs on a real Slurm of one machine, on the loopback: the shards of a build, a list of extracts. Skipped where it cannot start.
source "$(dirname "$0")/lib.sh"
for program in slurmctld slurmd sbatch squeue munged; do
  PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || { echo "skipped: no $program (packages slurm-wlm and munge)"; exit 77; }
done
PATH=$PATH:/usr/sbin

mkdir -p "$work/ws/sources" && cd "$work/ws"
make_extracting_workspace
cp -r "$root/samples/referentials" referentials
sed -e '/^\[timestamp\]/,/^required/d' -e 's|@PORT@|1|' "$root/samples/versoir.conf.in" >versoir.conf
"$build/sample-apogee" --out sources/apogee.sqlite --students 40 >/dev/null
"$build/sample-harpege" --out sources/harpege.sqlite --agents 30 >/dev/null

say "the scripts: refusals, quotes, columns"
expect 2 "$versoir" schedule --slurm; contains "either --build or --extracts"
expect 2 "$versoir" schedule sqlite:x --build v; contains "go with --slurm"
expect 2 "$versoir" schedule; contains "The source is missing"
expect 33 "$versoir" schedule --slurm --build v
printf 'source,application,verify\nx,y,z\n' >list.csv; expect 2 "$versoir" schedule --slurm --extracts list.csv; contains "column verify"
printf 'source\nx\n' >list.csv; expect 2 "$versoir" schedule --slurm --extracts list.csv; contains "no column application"
printf 'source,application\n,apogee\n' >list.csv; expect 2 "$versoir" schedule --slurm --extracts list.csv; contains "Line 2"
printf 'source,application\n' >list.csv; expect 2 "$versoir" schedule --slurm --extracts list.csv; contains "between 1 and 1000"
printf "source,application,schema\nodbc:DSN=l'autre;UID=a b,apogee,\"A \$(id)\"\n" >list.csv
expect 0 "$versoir" schedule --slurm --extracts list.csv
grep -qF "1) set -- extract 'odbc:DSN=l'\\''autre;UID=a b' --application 'apogee' --schema 'A \$(id)' --if-needed ;;" versoir-extract.sbatch || fail "the words: $(cat versoir-extract.sbatch)"
sh -n versoir-extract.sbatch || fail "no shell script"
printf 'source,application,readers\nsqlite:sources/apogee.sqlite,apogee,1\nsqlite:sources/harpege.sqlite,harpege,\n' >list.csv
expect 0 "$versoir" schedule --slurm --extracts list.csv
grep -qx '#SBATCH --array=1-2' versoir-extract.sbatch || fail "$(cat versoir-extract.sbatch)"

say "a Slurm of one machine"
[ "$(id -u)" = 0 ] || { echo "skipped: Slurm's controller and munge want root"; exit 77; }
slurm=$work/slurm
mkdir -p "$slurm"/{state,spool,log,munge} && chmod 755 "$work" "$slurm" "$slurm/munge"
head -c 1024 /dev/urandom >"$slurm/munge.key"; chmod 400 "$slurm/munge.key"
munged --foreground --force --key-file="$slurm/munge.key" --socket="$slurm/munge/socket" --pid-file="$slurm/munge/pid" --log-file="$slurm/munge/log" \
  --seed-file="$slurm/munge/seed" >"$slurm/log/munged" 2>&1 & munged_pid=$!
pids=($munged_pid)
extra_cleanup() { kill "${pids[@]}" 2>/dev/null || true; wait "${pids[@]}" 2>/dev/null || true; }  # they write until they end
for _ in $(seq 1 100); do [ -S "$slurm/munge/socket" ] && break; sleep 0.1; done
[ -S "$slurm/munge/socket" ] || { echo "skipped: munge does not start: $(tail -1 "$slurm/log/munged")"; exit 77; }
host=$(hostname -s)
ports=($(python3 -c 'import socket
s = [socket.socket() for _ in range(2)]
[x.bind(("127.0.0.1", 0)) for x in s]
print(*[x.getsockname()[1] for x in s])'))
cpus=$(nproc)
cat >"$slurm/slurm.conf" <<CONF
ClusterName=versoir
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmdPort=${ports[1]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm/munge/socket
CryptoType=crypto/munge
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd.pid
SlurmctldLogFile=$slurm/log/slurmctld
SlurmdLogFile=$slurm/log/slurmd
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=0
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
sed -i '/^CryptoType/d' "$slurm/slurm.conf"
export SLURM_CONF=$slurm/slurm.conf
slurmctld -D >"$slurm/log/ctld.out" 2>&1 & pids+=($!)
slurmd -D >"$slurm/log/d.out" 2>&1 & pids+=($!)
for _ in $(seq 1 300); do sinfo -h -o %T 2>/dev/null | grep -qx idle && break; sleep 0.2; done
sinfo -h -o %T 2>/dev/null | grep -qx idle || { echo "skipped: Slurm does not start: $(tail -2 "$slurm/log/ctld.out" "$slurm/log/d.out" 2>/dev/null | tr '\n' ' ')"; exit 77; }

# run_job FILE: every task of it ends well.
run_job() {
  local out
  out=$(sbatch --wait "$1" 2>&1) || fail "$1: $out $(cat versoir-*_*.log | tail -20)"
}
say "a list of extracts: one a task, a journal each"
run_job versoir-extract.sbatch
for extract in apogee harpege; do expect 0 "$versoir" extract --verify "$extract.extract"; done
[ -s journal-versoir-extract-1.jsonl ] && [ -s journal-versoir-extract-2.jsonl ] || fail "no journal for each task"
say "submitted again: nothing is left to do"
before=$(sha256sum apogee.extract harpege.extract)
run_job versoir-extract.sbatch
[ "$before" = "$(sha256sum apogee.extract harpege.extract)" ] || fail "an extract was made again"

say "the shards of a build: the bytes of one process"
expect 0 "$versoir" plan apogee.extract --id v --max-entries 80
cp -r "$work/ws" "$work/alone"
(cd "$work/alone" && "$versoir" build v >/dev/null 2>&1) || [ $? = 3 ] || fail "build"
expect 0 "$versoir" schedule --slurm --build v --shards 4; contains "sbatch"
grep -qx '#SBATCH --array=1-4' versoir-build-v.sbatch || fail "$(cat versoir-build-v.sbatch)"
run_job versoir-build-v.sbatch
digests() { (cd "$1/versements/v/lots" && sha512sum ./*/sip.zip); }
[ "$(digests "$work/alone" | wc -l)" -gt 6 ] || fail "too few lots"
diff <(digests "$work/alone") <(digests "$work/ws") || fail "other bytes"
for i in 1 2 3 4; do grep -q SIP_BUILT "journal-versoir-build-v-$i.jsonl" || fail "task $i built nothing"; done
expect 0 "$versoir" verify

say "a task that fails makes its job fail"
printf 'source,application\nsqlite:sources/nowhere.sqlite,apogee\n' >list.csv
expect 0 "$versoir" schedule --slurm --extracts list.csv --units "$work/slurm"
sed -i "s/--if-needed/--output absent.extract --if-needed/" "$work/slurm/versoir-extract.sbatch"
out=$(sbatch --wait "$work/slurm/versoir-extract.sbatch" 2>&1) && fail "the job of a missing source ended well"
say "done by a real Slurm $(sbatch --version | cut -d' ' -f2)"
