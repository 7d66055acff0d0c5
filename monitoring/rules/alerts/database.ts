import type { MonitoringConfig } from '../../../src/config/config';
import { anyEvents, anyIncrease } from '../counters';
import type { Alert } from '../definition';
import { latest } from '../gauges';
import { promql, span } from '../promql';
import { inWords, label, percent, value } from '../text';
import { DAY, HOUR, runs } from '../windows';

const DELETED = 'reviewmaps_cleanup_deleted_rows';

/** Tables, connections, and the limit that keeps the number of series bounded. */
export function databaseAlerts(settings: MonitoringConfig): readonly Alert[] {
  return [
    connections(settings),
    growth(settings),
    missing(settings),
    cleanup(settings),
    labelLimit(settings),
  ];
}

function connections(settings: MonitoringConfig): Alert {
  const limit = percent(settings.connectionsWarnRatio);
  return {
    alert: 'ReviewMapsConnectionsNearMax',
    severity: 'warning',
    expr: promql`reviewmaps:db_connections_used:ratio >= ${settings.connectionsWarnRatio}`,
    forSeconds: runs(settings, 5),
    labels: ['app'],
    en: {
      summary: `The database of ${label('app')} runs out of connections`,
      description: `${value.percent} of max_connections are taken (limit ${limit}).`,
    },
    ko: {
      summary: `${label('app')} 데이터베이스의 연결이 부족해지고 있습니다`,
      description: `max_connections의 ${value.percent}를 사용 중입니다 (기준 ${limit}).`,
    },
    runbook: {
      queries: [
        promql`sum by (app, state) (reviewmaps_database_connections) > 0`,
        promql`reviewmaps_database_connections_max`,
      ],
      en: {
        means:
          'Client connections of the whole server, of all databases and states, against `max_connections`. At 100 % new ones are refused and Django answers 5xx.',
        confirm: [
          'In psql: `select usename, application_name, state, count(*) from pg_stat_activity group by 1, 2, 3 order by 4 desc;`',
        ],
        act: [
          'Many `idle`: pools are too large (workers × pool × instances), or `CONN_MAX_AGE` keeps them.',
          'Many `idle in transaction`: a transaction is left open; end it with `pg_terminate_backend` and mend the code.',
          'All `active`: queries are slow; look for locks.',
        ],
      },
      ko: {
        means:
          '서버 전체(모든 데이터베이스와 상태)의 클라이언트 연결 수를 `max_connections`와 비교합니다. 100%가 되면 새 연결이 거부되고 Django가 5xx로 응답합니다.',
        confirm: [
          'psql에서: `select usename, application_name, state, count(*) from pg_stat_activity group by 1, 2, 3 order by 4 desc;`',
        ],
        act: [
          '`idle`이 많다면 풀이 너무 크거나(워커 × 풀 × 인스턴스) `CONN_MAX_AGE`가 붙들고 있습니다.',
          '`idle in transaction`이 많다면 열린 채 남은 트랜잭션이 있습니다. `pg_terminate_backend`로 끝내고 코드를 고칩니다.',
          '모두 `active`라면 쿼리가 느립니다. 잠금을 확인합니다.',
        ],
      },
    },
  };
}

function growth(settings: MonitoringConfig): Alert {
  const limit = percent(settings.tableGrowthRatio);
  const size = promql`max by (app, table_name) (${latest('reviewmaps_table_size_bytes', settings)})`;
  return {
    alert: 'ReviewMapsTableGrowth',
    severity: 'warning',
    expr: promql`
(${size} >= ${settings.tableGrowthLeastBytes})
/
(max by (app, table_name) (avg_over_time(reviewmaps_table_size_bytes[${span(HOUR)}] offset ${span(DAY)})) > 0)
- 1 > ${settings.tableGrowthRatio}`,
    forSeconds: runs(settings, 15),
    labels: ['app', 'table_name'],
    en: {
      summary: `Table ${label('table_name')} grows fast`,
      description: `It grew by ${value.percent} within a day in ${label('app')} (limit ${limit}).`,
    },
    ko: {
      summary: `${label('table_name')} 테이블이 빠르게 커지고 있습니다`,
      description: `${label('app')}에서 하루 사이 ${value.percent} 커졌습니다 (기준 ${limit}).`,
    },
    runbook: {
      queries: [
        promql`reviewmaps_table_size_bytes`,
        promql`reviewmaps_table_rows_total - reviewmaps_table_rows_total offset ${span(DAY)}`,
        promql`sum by (app, table_name) (${anyIncrease(DELETED, '', DAY)})`,
      ],
      en: {
        means: `Size on disk with indexes against the mean of the hour a day back. Tables below ${settings.tableGrowthLeastBytes} bytes are let be.`,
        confirm: [
          'Rows grew as well: somebody inserts. Only bytes grew: bloat, because of long transactions or a missing VACUUM.',
        ],
        act: [
          'Inserts: find the scraper that writes twice; is its upsert key right?',
          'Bloat: end long transactions, look at autovacuum in `pg_stat_user_tables`.',
          'Cleanup stands still: see [ReviewMapsCleanupStalled](ReviewMapsCleanupStalled.md).',
        ],
      },
      ko: {
        means: `인덱스를 포함한 디스크 크기를 하루 전 한 시간 평균과 비교합니다. ${settings.tableGrowthLeastBytes}바이트보다 작은 테이블은 보지 않습니다.`,
        confirm: [
          '행도 늘었다면 삽입이고, 크기만 늘었다면 긴 트랜잭션이나 VACUUM 부족으로 인한 블로트입니다.',
        ],
        act: [
          '삽입: 중복으로 쓰는 스크레이퍼를 찾고 upsert 키가 맞는지 봅니다.',
          '블로트: 긴 트랜잭션을 끝내고 `pg_stat_user_tables`에서 autovacuum을 확인합니다.',
          '정리가 멈췄다면 [ReviewMapsCleanupStalled](ReviewMapsCleanupStalled.md)를 봅니다.',
        ],
      },
    },
  };
}

function missing(settings: MonitoringConfig): Alert {
  const seconds = runs(settings, 10);
  return {
    alert: 'ReviewMapsTableMissing',
    severity: 'warning',
    expr: promql`max by (app, table_name) (${latest('reviewmaps_table_missing', settings)}) == 1`,
    forSeconds: seconds,
    labels: ['app', 'table_name'],
    en: {
      summary: `Table ${label('table_name')} does not exist`,
      description: `The configuration of ${label('app')} names it, and for ${inWords(seconds).en} the database has not had it (missing = ${value.count}).`,
    },
    ko: {
      summary: `${label('table_name')} 테이블이 없습니다`,
      description: `${label('app')}의 설정에 있으나 ${inWords(seconds).ko} 동안 데이터베이스에 없습니다 (missing = ${value.count}).`,
    },
    runbook: {
      queries: [promql`reviewmaps_table_missing`],
      en: {
        means:
          'A name in `tables.names` that the database does not know: a typing error, a renamed table, another schema, or a table that was dropped.',
        confirm: [
          "In psql: `select to_regclass('NAME');` with the role of the jobs. `STAGE=prod npm run doctor` says the same.",
        ],
        act: [
          'Correct `tables.names` in `reviewmaps.config.ts`; write `schema.table` outside the search path.',
          'Dropped by mistake: restore it.',
        ],
      },
      ko: {
        means:
          '`tables.names`의 이름을 데이터베이스가 모릅니다. 오타, 이름 변경, 다른 스키마, 또는 삭제된 테이블입니다.',
        confirm: [
          "작업의 역할로 psql에서 `select to_regclass('NAME');`. `STAGE=prod npm run doctor`도 알려 줍니다.",
        ],
        act: [
          '`reviewmaps.config.ts`의 `tables.names`를 고칩니다. 검색 경로 밖이면 `schema.table`로 씁니다.',
          '실수로 삭제됐다면 복구합니다.',
        ],
      },
    },
  };
}

function cleanup(settings: MonitoringConfig): Alert {
  const within = inWords(settings.cleanupWithinSeconds);
  const window = span(settings.cleanupWithinSeconds);
  return {
    alert: 'ReviewMapsCleanupStalled',
    severity: 'warning',
    expr: promql`
sum by (app, table_name) (${anyEvents(DELETED, settings.cleanupWithinSeconds)}) == 0
and on (app, table_name)
sum by (app, table_name) (count_over_time(${DELETED}[${span(HOUR)}] offset ${window})) > 0
and on (app, table_name)
sum by (app, table_name) (count_over_time(${DELETED}[${span(HOUR)}])) > 0`,
    forSeconds: runs(settings, 15),
    labels: ['app', 'table_name'],
    en: {
      summary: `Nothing is cleaned up in ${label('table_name')}`,
      description: `${value.count} rows were deleted from it in ${label('app')} in the last ${within.en}.`,
    },
    ko: {
      summary: `${label('table_name')} 테이블의 정리가 멈췄습니다`,
      description: `최근 ${within.ko} 동안 ${label('app')}에서 삭제된 행이 ${value.count}건입니다.`,
    },
    runbook: {
      queries: [
        promql`sum by (app, table_name) (${anyIncrease(DELETED, '', DAY)})`,
        promql`reviewmaps_table_rows_total`,
      ],
      en: {
        means: `No row was deleted from a table that is cleaned up (\`cleanup\` in the configuration) for ${within.en}, though its counter was there all the time. Deletes by TRUNCATE or by dropping a partition are not counted.`,
        confirm: ["In psql: `select n_tup_del, n_dead_tup from pg_stat_user_tables where relname = 'NAME';`"],
        act: [
          'Look at the cleanup job: is it started, does it end, does it find anything old enough?',
          'Quiet for longer is normal here: raise `monitoring.database.cleanupWithin`.',
        ],
      },
      ko: {
        means: `정리 대상 테이블(설정의 \`cleanup\`)에서 ${within.ko} 동안 삭제된 행이 없습니다. 카운터는 계속 있었습니다. TRUNCATE나 파티션 삭제는 세지 않습니다.`,
        confirm: [
          "psql에서: `select n_tup_del, n_dead_tup from pg_stat_user_tables where relname = 'NAME';`",
        ],
        act: [
          '정리 작업이 시작되고 끝나는지, 지울 만큼 오래된 행을 찾는지 확인합니다.',
          '원래 뜸한 테이블이라면 `monitoring.database.cleanupWithin`을 올립니다.',
        ],
      },
    },
  };
}

function labelLimit(settings: MonitoringConfig): Alert {
  return {
    alert: 'ReviewMapsLabelLimitReached',
    severity: 'warning',
    expr: promql`max by (app, metric) (${latest('reviewmaps_label_sets_over_limit', settings)}) > 0`,
    forSeconds: runs(settings, 15),
    labels: ['app', 'metric'],
    en: {
      summary: `Label limit of ${label('metric')} is reached`,
      description: `${value.count} label sets of ${label('app')} are summed into "other".`,
    },
    ko: {
      summary: `${label('metric')}의 레이블 한도에 도달했습니다`,
      description: `${label('app')}의 레이블 조합 ${value.count}개가 "other"로 합쳐졌습니다.`,
    },
    runbook: {
      queries: [
        promql`reviewmaps_label_sets_over_limit > 0`,
        promql`count by (region) (reviewmaps_campaign_active_total)`,
      ],
      en: {
        means:
          'More different label values came than the limit allows. Sums stay right; what is beyond the limit can no longer be told apart. For counters the choice is kept in the ledger, so that no total falls.',
        confirm: [
          'Look at the values: real ones, or something that varies without end (an id, a URL, a spelling)?',
        ],
        act: [
          'Real: raise `labelLimits` for the metric in `reviewmaps.config.ts`. Label sets that are already in "other" stay there.',
          'Endless: correct whoever sets the label.',
        ],
      },
      ko: {
        means:
          '레이블 값의 종류가 한도를 넘었습니다. 합계는 맞지만 한도를 넘은 것은 구분할 수 없습니다. 카운터는 선택을 원장에 보관하므로 합계가 줄지 않습니다.',
        confirm: ['값이 실제로 필요한 것인지, 끝없이 달라지는 것(id, URL, 표기)인지 봅니다.'],
        act: [
          '필요한 값이라면 `reviewmaps.config.ts`의 `labelLimits`를 올립니다. 이미 "other"에 든 레이블 조합은 그대로입니다.',
          '끝없이 달라진다면 레이블을 붙이는 쪽을 고칩니다.',
        ],
      },
    },
  };
}
