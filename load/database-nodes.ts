import { Client } from 'pg'
import type { Services } from '../src/processes/services.ts'

export interface NodeReading {
  name: string
  isPrimary: boolean
  /** Statements of the application that read or change data, since the node's statistics began; and of these the reads. */
  statements: number
  reads: number
  /** Open connections of clients, without the one that asks. */
  connections: number
}

export interface DatabaseNodes extends AsyncDisposable {
  read: () => Promise<NodeReading[]>
}

// Not counted is what runs by the clock whether anybody is there or not: the look at who leads, which every process takes twice a second, and
// the queue's polling. Neither are the brackets of a transaction. A row that is read to be locked is part of a write.
const READING = `
  with own as (
    select calls, query from pg_stat_statements s join pg_roles r on r.oid = s.userid
    where r.rolname = current_user and s.query ~* '^\\s*(select|insert|update|delete|with|merge)\\M'
      and s.query !~* 'pg_is_in_recovery|pg_stat_|graphile_worker"\\._private'
  )
  select pg_is_in_recovery() as is_replica,
    (select coalesce(sum(calls), 0) from own) as statements,
    (select coalesce(sum(calls), 0) from own
      where query ~* '^\\s*select\\M' and query !~* 'pg_current_wal|pg_notify|advisory|graphile_worker|for (no key )?(update|share)') as reads,
    (select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()) as connections`

interface Row {
  is_replica: boolean
  statements: string
  reads: string
  connections: string
}

/** One connection to each node, for what the nodes themselves count. */
export async function openDatabaseNodes({ config, secrets }: Services): Promise<DatabaseNodes> {
  const nodes = config.postgresNodes.map(({ name, host, port }) => ({
    name,
    client: new Client({
      host,
      port,
      user: 'minigram_user',
      password: secrets.get('postgres-app'),
      database: config.postgresDatabase,
      application_name: 'prove',
    }),
  }))
  await Promise.all(nodes.map(({ client }) => client.connect()))
  return {
    read: () =>
      Promise.all(
        nodes.map(async ({ name, client }): Promise<NodeReading> => {
          const { rows } = await client.query<Row>(READING)
          const [row] = rows
          if (!row) throw new Error(`${name} answers nothing`)
          return {
            name,
            isPrimary: !row.is_replica,
            statements: Number(row.statements),
            reads: Number(row.reads),
            connections: Number(row.connections),
          }
        }),
      ),
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map(({ client }) => client.end()))
    },
  }
}

export function nodeChart(
  title: string,
  y: string,
  nodes: readonly NodeReading[],
  pick: (node: NodeReading) => number,
) {
  return {
    title,
    kind: 'bars',
    x: 'node',
    y,
    labels: nodes.map(({ name, isPrimary }) => `${name}, ${isPrimary ? 'primary' : 'replica'}`),
    series: [{ name: y, points: nodes.map((node, index) => [index, pick(node)] as const) }],
  } as const
}
