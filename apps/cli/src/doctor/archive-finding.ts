import { ArchiveConnection, ArchiveReader } from '@9volt/archive';
import { historyPeriods, messageOf } from '@9volt/contracts';
import { Keyspace } from '@9volt/etcd-dal';
import { isLoopback, type NodeConfig } from '@9volt/platform/config';
import { roughly } from '../output/age.js';
import { type Finding, ok, warning } from './finding.js';

/** The leader writes at least every five minutes. */
const LATE_MS = 15 * 60_000;

/** Whether the archive of a process with this configuration answers, and whether the leader writes to it. Nothing without an archive. */
export async function archiveFindings({ archive, prefix }: Pick<NodeConfig, 'archive' | 'prefix'>): Promise<Finding[]> {
  if (!archive) return [];
  const isOpen = archive.tls === undefined && !archive.host.startsWith('/') && !isLoopback(archive.host);
  return [await reached(archive, prefix), ...(isOpen ? [withoutTls(archive.host)] : [])];
}

async function reached(archive: NonNullable<NodeConfig['archive']>, prefix: string): Promise<Finding> {
  const connection = new ArchiveConnection(archive);
  try {
    const reader = new ArchiveReader(connection, new Keyspace(prefix).root.slice(1, -1), historyPeriods());
    const { hour, day, writtenAt } = await reader.index();
    return judged(hour.size, day.size, writtenAt);
  } catch (error) {
    return warning(
      'archive',
      messageOf(error),
      'checks and alerts go on, and etcd keeps what is not archived for a day longer; correct the address, or start PostgreSQL',
    );
  } finally {
    await connection.close();
  }
}

function judged(hours: number, days: number, writtenAt: number | undefined): Finding {
  const advice = 'see the log of the leader, and give NINEV_ARCHIVE_URL to all schedulers';
  if (writtenAt === undefined) return warning('archive', 'answers, but no leader has written to it', advice);
  const age = Date.now() - writtenAt;
  const found = `${days} days and ${hours} hours, the leader wrote ${roughly(Math.max(0, age))} ago`;
  return age > LATE_MS ? warning('archive', found, advice) : ok('archive', found);
}

function withoutTls(host: string): Finding {
  return warning('archive', `the connection to ${host} is not encrypted`, 'add ?sslmode=verify-full to its address');
}
