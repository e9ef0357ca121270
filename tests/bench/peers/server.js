// The Node contestant: fastify and pg, written the way one would who wants it fast. One process a core.
import cluster from 'node:cluster';
import { readFileSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import Fastify from 'fastify';
import pg from 'pg';
import QueryStream from 'pg-query-stream';

const { BENCH_LISTEN, BENCH_TABLES_SQL, BENCH_ROWS_SQL, BENCH_PROCESSES, BENCH_CONNECTIONS } = process.env;

if (cluster.isPrimary) {
  rmSync(BENCH_LISTEN, { force: true });
  for (let i = 0; i < Number(BENCH_PROCESSES); i++) cluster.fork();
  process.on('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers)) worker.kill('SIGTERM');
    process.exit(0);
  });
} else {
  // Texts of the server for what JavaScript cannot hold exactly and for times (a Date for each would cost more).
  pg.types.setTypeParser(pg.types.builtins.INT8, (text) => (text.length < 16 ? Number(text) : text));
  pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => text);

  const pool = (prefix) =>
    new pg.Pool({
      host: process.env.BENCH_PGHOST,
      port: Number(process.env.BENCH_PGPORT),
      database: process.env.BENCH_PGDATABASE,
      user: process.env[`BENCH_${prefix}_USER`],
      password: process.env[`BENCH_${prefix}_PASSWORD`],
      max: Math.max(1, Math.floor(Number(BENCH_CONNECTIONS) / Number(BENCH_PROCESSES))),
    });
  const monitor = pool('MONITOR');
  const reader = pool('READER');
  const tablesSql = readFileSync(BENCH_TABLES_SQL, 'utf8');
  const rowsSql = readFileSync(BENCH_ROWS_SQL, 'utf8');
  const sizes = () => JSON.parse(readFileSync(process.env.BENCH_SIZES, 'utf8'));
  const app = Fastify();

  const values = (limit) => [null, 'bench', null, true, 'name', false, Number(limit), '', null, null, null, ...sizes()];
  const json = (reply) => reply.header('cache-control', 'no-store').type('application/json');

  // The console's statement up to where it makes JSON, which is made here. The usual way: the server plans it each time.
  const rowsOfTablesSql = readFileSync(process.env.BENCH_TABLES_ROWS_SQL, 'utf8');
  app.get('/tables', async (request, reply) => {
    const { rows } = await monitor.query(rowsOfTablesSql, values(request.query.limit));
    return json(reply).send({ items: rows, next_cursor: null });
  });
  // The same, prepared once a connection.
  app.get('/tables-prepared', async (request, reply) => {
    const { rows } = await monitor.query({ name: 'rows', text: rowsOfTablesSql, values: values(request.query.limit) });
    return json(reply).send({ items: rows, next_cursor: null });
  });
  // The console's statement to the letter, prepared: the text is passed on.
  app.get('/tables-text', async (request, reply) => {
    const { rows } = await monitor.query({ name: 'text', text: tablesSql, values: values(request.query.limit), rowMode: 'array' });
    return json(reply).send(rows[0][0]);
  });

  const stream = (reply, type, write) => {
    const query = new QueryStream(rowsSql, [], { batchSize: 1000, highWaterMark: 1000, rowMode: 'array' });
    reply.type(type);
    reply.send(
      Readable.from(
        (async function* () {
          const client = await reader.connect();
          try {
            yield* write(client.query(query));
          } finally {
            query.destroy();
            client.release();
          }
        })(),
        { objectMode: false, highWaterMark: 1 << 18 },
      ),
    );
    return reply;
  };

  app.get('/rows.json', (request, reply) =>
    stream(reply, 'application/json', async function* (rows) {
      let text = '{"rows":[';
      let count = 0;
      for await (const row of rows) {
        text += (count++ ? ',' : '') + JSON.stringify(row);
        if (text.length > 65536) {
          yield text;
          text = '';
        }
      }
      yield `${text}],"row_count":${count}}`;
    }),
  );

  const cell = (value) => {
    if (value === null) return '';
    const text = value === true ? 't' : value === false ? 'f' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  app.get('/rows.csv', (request, reply) =>
    stream(reply, 'text/csv; charset=utf-8', async function* (rows) {
      let text = '';
      let header = true;
      for await (const row of rows) {
        if (header) {
          text += `${rows._result.fields.map((field) => cell(field.name)).join(',')}\n`;
          header = false;
        }
        text += `${row.map(cell).join(',')}\n`;
        if (text.length > 65536) {
          yield text;
          text = '';
        }
      }
      yield text;
    }),
  );

  app.listen({ path: BENCH_LISTEN });
}
