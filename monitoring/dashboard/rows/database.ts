import { settings } from '../../settings';
import { ERROR_BARS } from '../bars';
import { PUSHED } from '../cadence';
import type { Mapping, Row } from '../definition';
import { anyIncrease, djangoEvents, orZero, series, sumBy, WINDOW, withTotal } from '../promql';

const DAY = '1d';
const A_DAY = 'growth is per day at every time range';

const PRESENT_OR_MISSING: readonly Mapping[] = [
  { value: 0, text: { ko: '있음', en: 'present' }, colour: 'green' },
  { value: 1, text: { ko: '없음', en: 'missing' }, colour: 'red' },
];

export const database: Row = {
  title: { ko: '데이터베이스', en: 'Database' },
  panels: [
    {
      title: { ko: '테이블 크기', en: 'Table size' },
      description: {
        ko: '인덱스와 TOAST, 파티션을 포함한 디스크 크기입니다.',
        en: 'Bytes on disk with indexes, TOAST and partitions.',
      },
      view: { kind: 'timeseries' },
      unit: 'bytes',
      queries: [{ expr: series('reviewmaps_table_size_bytes'), legend: '{{table_name}} · {{app}}' }],
      width: 12,
      height: 8,
      min: 0,
      alerts: ['ReviewMapsTableGrowth'],
    },
    {
      title: { ko: '테이블 행 수', en: 'Table rows' },
      description: {
        ko: '테이블의 행 수입니다. 큰 테이블은 PostgreSQL의 추정값이며 범례에 exact=0으로 표시합니다.',
        en: "Rows of each table. Of large tables it is PostgreSQL's estimate, which the legend marks exact=0.",
      },
      view: { kind: 'timeseries' },
      unit: 'locale',
      queries: [
        {
          expr: `${series('reviewmaps_table_rows_total')} * on (app, table_name) group_left (exact) count_values by (app, table_name) ("exact", ${series('reviewmaps_table_rows_exact')})`,
          legend: '{{table_name}} exact={{exact}} · {{app}}',
        },
      ],
      width: 12,
      height: 8,
      min: 0,
    },
    {
      title: { ko: '일일 크기 증가량', en: 'Size growth per day' },
      description: {
        ko: '그 전 24시간 동안 늘어난 테이블 크기입니다. 음수면 줄었습니다.',
        en: 'How much each table grew in the 24 hours before; it shrank where this is negative.',
      },
      view: { kind: 'timeseries' },
      unit: 'bytes',
      queries: [
        {
          expr: `delta(${series('reviewmaps_table_size_bytes')}[${DAY}])`,
          legend: '{{table_name}} · {{app}}',
          fixedWindow: A_DAY,
        },
      ],
      width: 9,
      height: 8,
      alerts: ['ReviewMapsTableGrowth'],
      ...PUSHED,
    },
    {
      title: { ko: '일일 행 증가량', en: 'Row growth per day' },
      description: {
        ko: '그 전 24시간 동안 늘어난 행 수입니다. 음수면 줄었습니다.',
        en: 'How many rows each table gained in the 24 hours before; negative where it lost some.',
      },
      view: { kind: 'timeseries' },
      unit: 'locale',
      queries: [
        {
          expr: `delta(${series('reviewmaps_table_rows_total')}[${DAY}])`,
          legend: '{{table_name}} · {{app}}',
          fixedWindow: A_DAY,
        },
      ],
      width: 9,
      height: 8,
      decimals: 0,
      ...PUSHED,
    },
    {
      title: { ko: '설정된 테이블의 존재 여부', en: 'Configured tables' },
      description: {
        ko: '설정에 있는 테이블이 데이터베이스에 있는지 보여 줍니다.',
        en: 'Whether the database has the tables that the configuration names.',
      },
      view: { kind: 'stat' },
      unit: 'none',
      queries: [{ expr: series('reviewmaps_table_missing'), legend: '{{table_name}} · {{app}}' }],
      width: 6,
      height: 8,
      thresholds: { base: 'green', steps: [{ from: 1, colour: 'red' }] },
      mappings: PRESENT_OR_MISSING,
      alerts: ['ReviewMapsTableMissing'],
    },
    {
      title: { ko: '연결 수와 최댓값', en: 'Connections and their maximum' },
      description: {
        ko: '데이터베이스 서버의 클라이언트 연결을 상태별로 쌓고, 점선으로 max_connections를 그립니다.',
        en: "Client connections to the server by state, stacked, with the server's max_connections as a dashed line.",
      },
      view: {
        kind: 'timeseries',
        stacked: true,
        styles: [{ legend: 'max · .*', colour: 'red', dashed: true }],
      },
      unit: 'locale',
      queries: [
        {
          expr: sumBy(['state'], series('reviewmaps_database_connections')),
          legend: '{{state}} · {{app}}',
        },
        { expr: series('reviewmaps_database_connections_max'), legend: 'max · {{app}}' },
      ],
      width: 9,
      height: 8,
      min: 0,
      alerts: ['ReviewMapsConnectionsNearMax'],
    },
    {
      title: { ko: '연결 사용률', en: 'Connections used' },
      description: {
        ko: 'max_connections 중 사용 중인 연결의 비율입니다.',
        en: "Share of the server's max_connections that is in use.",
      },
      view: { kind: 'gauge' },
      unit: 'percentunit',
      queries: [{ expr: series('reviewmaps:db_connections_used:ratio'), legend: '{{app}}' }],
      width: 6,
      height: 8,
      min: 0,
      max: 1,
      thresholds: {
        base: 'green',
        steps: [
          { from: settings.connectionsWarnRatio, colour: 'yellow' },
          { from: (1 + settings.connectionsWarnRatio) / 2, colour: 'red' },
        ],
      },
      alerts: ['ReviewMapsConnectionsNearMax'],
    },
    {
      title: { ko: '정리된 행', en: 'Rows cleaned up' },
      description: {
        ko: '그 전 24시간 동안 지워진 행의 수입니다. 무엇을 세는지는 테이블별 설정(cleanup)이 정합니다.',
        en: "Rows deleted in the 24 hours before; the table's cleanup setting says what is counted.",
      },
      view: { kind: 'timeseries', softMax: 1 },
      unit: 'locale',
      queries: [
        {
          expr: orZero(
            sumBy(['table_name'], anyIncrease('reviewmaps_cleanup_deleted_rows', DAY)),
            'collect',
            'table_name',
          ),
          legend: '{{table_name}} · {{app}}',
          fixedWindow: 'cleanup runs about once a day',
          zero: true,
        },
      ],
      width: 9,
      height: 8,
      min: 0,
      alerts: ['ReviewMapsCleanupStalled'],
      ...PUSHED,
    },
    {
      title: { ko: '데이터베이스 오류', en: 'Database errors' },
      description: {
        ko: 'Django의 SQL이 실패한 수를 예외 종류별로 보여 줍니다. 막대 하나는 그 구간의 오류 수입니다. 없으면 0입니다.',
        en: "How often Django's SQL failed, by exception: a bar is the number in its interval. 0 when it did not.",
      },
      view: ERROR_BARS,
      unit: 'locale',
      queries: [
        {
          expr: withTotal(['type'], djangoEvents('django_db_errors_total', WINDOW), 'django'),
          legend: '{{type}} · {{app}}',
          zero: true,
        },
      ],
      width: 24,
      height: 7,
      decimals: 0,
      min: 0,
      // Shorter bars than the window would show each error in several.
      ...PUSHED,
    },
  ],
};
