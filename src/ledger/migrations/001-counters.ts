import { BLANKS } from '../../metrics/catalog';

/**
 * Version 1: lease, totals, what is needed to count deadlines, soft deletes and deleted rows once, and the
 * functions that are the only way to change any of it. One statement a change, since each is one call of a function:
 * it takes its lock first and then sees, statement by statement, what others have committed.
 *
 * `:name` must not appear in here: the Data API reads it as a parameter, also inside `$$`.
 */
export const counters = `
create table reviewmaps_monitoring.lease (
  app text not null,
  job text not null,
  holder text not null,
  expires_at timestamptz not null,
  primary key (app, job)
);
comment on table reviewmaps_monitoring.lease is 'The run that may push for a job, until when.';

create table reviewmaps_monitoring.total (
  id bigint generated always as identity primary key,
  app text not null,
  metric text not null,
  labels jsonb not null,
  value numeric not null check (value >= 0),
  announced boolean not null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  unique (app, metric, labels)
);
comment on table reviewmaps_monitoring.total is 'Cumulative totals of counters; they only grow.';
comment on column reviewmaps_monitoring.total.announced is 'False until the series was published as 0 once.';

create table reviewmaps_monitoring.overflow (
  app text not null,
  metric text not null,
  labels jsonb not null,
  first_seen_at timestamptz not null default clock_timestamp(),
  primary key (app, metric, labels)
);
comment on table reviewmaps_monitoring.overflow is 'Label sets that came after the limit was reached; they count into other for good.';

create table reviewmaps_monitoring.moment_source (
  app text not null,
  source text not null,
  watermark timestamptz,
  horizon timestamptz,
  primary key (app, source)
);
comment on table reviewmaps_monitoring.moment_source is 'Moments up to horizon are settled; between horizon and watermark they are known one by one in counted_moment.';

create table reviewmaps_monitoring.counted_moment (
  app text not null,
  source text not null,
  row_key text not null,
  moment timestamptz not null,
  primary key (app, source, row_key, moment)
);
create index counted_moment_by_moment on reviewmaps_monitoring.counted_moment (app, source, moment);
comment on table reviewmaps_monitoring.counted_moment is 'The (row, moment) pairs of the look-back that were counted.';

create table reviewmaps_monitoring.relation_deletes (
  app text not null,
  table_name text not null,
  relation oid not null,
  deleted bigint not null,
  activity bigint[] not null,
  epoch text not null,
  seen_at timestamptz not null default clock_timestamp(),
  primary key (app, table_name, relation)
);
comment on table reviewmaps_monitoring.relation_deletes is 'PostgreSQL statistics of each leaf relation as they were last seen.';

create table reviewmaps_monitoring.active_region (
  app text not null,
  region text not null,
  last_active_at timestamptz not null,
  primary key (app, region)
);
comment on table reviewmaps_monitoring.active_region is 'When a region last had an active campaign.';

create function reviewmaps_monitoring.acquire_lease(p_app text, p_job text, p_holder text, p_seconds float8)
returns boolean language plpgsql set lock_timeout = '3s' as $fn$
begin
  insert into reviewmaps_monitoring.lease as l (app, job, holder, expires_at)
  values (p_app, p_job, p_holder, clock_timestamp() + make_interval(secs => p_seconds))
  on conflict (app, job) do update set holder = excluded.holder, expires_at = excluded.expires_at
  where l.expires_at <= clock_timestamp() or l.holder = excluded.holder;
  return found;
end $fn$;

create function reviewmaps_monitoring.release_lease(p_app text, p_job text, p_holder text)
returns void language sql set lock_timeout = '3s' as $fn$
  delete from reviewmaps_monitoring.lease where app = p_app and job = p_job and holder = p_holder;
$fn$;

create function reviewmaps_monitoring.published(p_app text, p_metric text, p_labels jsonb)
returns table (id bigint, labels jsonb, value numeric, announced boolean) language sql stable as $fn$
  select t.id, t.labels, case when t.announced then t.value else 0 end, t.announced
  from reviewmaps_monitoring.total t
  where t.app = p_app and t.metric = p_metric and t.labels @> p_labels
  order by t.id;
$fn$;

create function reviewmaps_monitoring.acknowledge(p_app text, p_ids bigint[])
returns void language sql set lock_timeout = '3s' as $fn$
  update reviewmaps_monitoring.total set announced = true
  where app = p_app and id = any (p_ids) and not announced;
$fn$;

create function reviewmaps_monitoring.over_limit(p_app text, p_metric text)
returns bigint language sql stable as $fn$
  select count(*) from reviewmaps_monitoring.overflow where app = p_app and metric = p_metric;
$fn$;

create function reviewmaps_monitoring.add_to_totals(
  p_app text, p_metric text, p_limit integer, p_other jsonb, p_announced boolean, p_deltas jsonb)
returns void language plpgsql set lock_timeout = '10s' as $fn$
begin
  -- Which label sets are named is decided by one call at a time.
  perform pg_advisory_xact_lock(hashtextextended('reviewmaps_monitoring ' || p_app || ' ' || p_metric, 0));

  with delta as (
    select d -> 'labels' as labels, sum((d ->> 'value')::numeric) as value
    from jsonb_array_elements(p_deltas) d group by 1
  ), named as (
    select count(*) as n from reviewmaps_monitoring.total t
    where t.app = p_app and t.metric = p_metric and not t.labels @> p_other
  ), newcomer as (
    select d.labels, row_number() over (order by d.value desc, d.labels) as place
    from delta d
    where not d.labels @> p_other
      and not exists (select from reviewmaps_monitoring.total t
                      where t.app = p_app and t.metric = p_metric and t.labels = d.labels)
      and not exists (select from reviewmaps_monitoring.overflow o
                      where o.app = p_app and o.metric = p_metric and o.labels = d.labels)
  )
  insert into reviewmaps_monitoring.overflow (app, metric, labels)
  select p_app, p_metric, newcomer.labels from newcomer, named where newcomer.place > p_limit - named.n;

  insert into reviewmaps_monitoring.total as t (app, metric, labels, value, announced)
  select p_app, p_metric, case when o.labels is null then d.labels else d.labels || p_other end,
         sum(d.value), p_announced
  from (select e -> 'labels' as labels, (e ->> 'value')::numeric as value
        from jsonb_array_elements(p_deltas) e) d
  left join reviewmaps_monitoring.overflow o
    on o.app = p_app and o.metric = p_metric and o.labels = d.labels
  group by 3
  on conflict (app, metric, labels) do update
  set value = t.value + excluded.value,
      updated_at = case when excluded.value > 0 then clock_timestamp() else t.updated_at end;
end $fn$;

create function reviewmaps_monitoring.count_moments(
  p_app text, p_metric text, p_limit integer, p_source text, p_table text, p_key text, p_moment text,
  p_created text, p_label text, p_column text, p_labels jsonb, p_once boolean, p_lookback_seconds float8)
returns table (id bigint, labels jsonb, value numeric, announced boolean)
language plpgsql set lock_timeout = '10s' as $fn$
declare
  v_relation regclass := to_regclass(p_table);
  v_state reviewmaps_monitoring.moment_source;
  v_first boolean;
  v_history boolean;
  v_now timestamptz;
  v_deltas jsonb;
begin
  if v_relation is null then
    raise exception 'relation % does not exist', p_table using errcode = 'undefined_table';
  end if;

  insert into reviewmaps_monitoring.moment_source (app, source) values (p_app, p_source) on conflict do nothing;
  select * into v_state from reviewmaps_monitoring.moment_source s
  where s.app = p_app and s.source = p_source for update;

  v_first := v_state.watermark is null;
  v_now := greatest(v_state.watermark, clock_timestamp());
  if v_first then
    v_state.horizon := v_now - make_interval(secs => p_lookback_seconds);
  end if;
  -- A source that replaces another one goes on from its total: history is counted into an empty metric only.
  v_history := v_first and not exists (
    select from reviewmaps_monitoring.total t
    where t.app = p_app and t.metric = p_metric and t.labels @> p_labels);

  -- Uses the btree index on the moment column: from the horizon on, except in the first run, which reads what was.
  execute format($query$
    with candidate as (
      select c.%1$I::text as row_key, c.%2$I::timestamptz as moment, %3$s as label
      from %4$s c
      where c.%2$I <= $2 and ($1 or c.%2$I > $3) and %5$s
    ), fresh as (
      insert into reviewmaps_monitoring.counted_moment (app, source, row_key, moment)
      select $4, $5, row_key, moment from candidate where moment > $3
      on conflict do nothing
      returning row_key, moment
    ), counted as (
      select c.label, count(*) as n
      from candidate c left join fresh f on f.row_key = c.row_key and f.moment = c.moment
      where (f.row_key is not null or c.moment <= $3)
        and not ($6 and exists (
          select from reviewmaps_monitoring.counted_moment m
          where m.app = $4 and m.source = $5 and m.row_key = c.row_key))
      group by c.label
    )
    select coalesce(jsonb_agg(jsonb_build_object(
      'labels', case when $7::text is null then $8 else $8 || jsonb_build_object($7, label) end,
      'value', n)), '[]')
    from counted $query$,
    p_key, p_moment,
    case when p_column is null then 'null::text'
         else format($label$coalesce(nullif(btrim(c.%I::text, '${BLANKS}'), ''), 'unknown')$label$, p_column) end,
    v_relation,
    case when p_created is null then 'true' else format('c.%I <= c.%I', p_created, p_moment) end)
  into v_deltas
  using v_history, v_now, v_state.horizon, p_app, p_source, p_once, p_label, p_labels;

  if v_first and not v_history then
    v_deltas := '[]';
  end if;
  if p_label is null and v_deltas = '[]' then
    v_deltas := jsonb_build_array(jsonb_build_object('labels', p_labels, 'value', 0));
  end if;
  perform reviewmaps_monitoring.add_to_totals(
    p_app, p_metric, p_limit, case when p_label is null then '{"table_name":"other"}' else jsonb_build_object(p_label, 'other') end,
    v_history, v_deltas);

  v_state.horizon := greatest(v_state.horizon, v_now - make_interval(secs => p_lookback_seconds));
  update reviewmaps_monitoring.moment_source s set watermark = v_now, horizon = v_state.horizon
  where s.app = p_app and s.source = p_source;
  delete from reviewmaps_monitoring.counted_moment m
  where m.app = p_app and m.source = p_source and m.moment <= v_state.horizon;

  return query select * from reviewmaps_monitoring.published(p_app, p_metric, p_labels);
end $fn$;

create function reviewmaps_monitoring.count_deletes(
  p_app text, p_metric text, p_limit integer, p_table_name text, p_table text)
returns table (id bigint, labels jsonb, value numeric, announced boolean)
language plpgsql set lock_timeout = '10s' as $fn$
declare
  v_relation regclass := to_regclass(p_table);
  v_labels jsonb := jsonb_build_object('table_name', p_table_name);
  v_deleted numeric;
begin
  if v_relation is null then
    return query select * from reviewmaps_monitoring.published(p_app, p_metric, v_labels);
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('reviewmaps_monitoring ' || p_app || ' ' || p_metric || ' ' || p_table_name, 0));

  with recursive tree as (
    select v_relation::oid as relation
    union
    select i.inhrelid from pg_inherits i join tree on i.inhparent = tree.relation
  ), epoch as (
    select concat_ws(' ', (select stats_reset from pg_stat_bgwriter),
                          (select stats_reset from pg_stat_database where datname = current_database())) as value
  ), current_state as (
    select s.relid as relation, s.n_tup_del as deleted, epoch.value as epoch,
           array[coalesce(s.seq_scan, 0), coalesce(s.seq_tup_read, 0), s.n_tup_ins,
                 s.n_tup_upd, s.vacuum_count, s.autovacuum_count, s.analyze_count, s.autoanalyze_count] as activity
    from pg_stat_all_tables s join tree on tree.relation = s.relid cross join epoch
  ), growth as (
    select case
      -- First sight is a baseline: who deleted those rows, and when, is unknown.
      when b.relation is null then 0
      -- One of the relation's counters fell: its statistics were reset, so what it shows now is new.
      when c.deleted < b.deleted or exists (
        select from unnest(b.activity, c.activity) as a (was, is_now) where is_now < was) then c.deleted
      -- A new epoch and nothing to prove that this relation went on. (Resetting one table's statistics is a new
      -- epoch for the whole database, so the epoch alone must not count every other table again.)
      when c.epoch <> b.epoch and not exists (select from unnest(b.activity) as a (was) where was > 0) then c.deleted
      else c.deleted - b.deleted end as rows
    from current_state c
    left join reviewmaps_monitoring.relation_deletes b
      on b.app = p_app and b.table_name = p_table_name and b.relation = c.relation
  ), remembered as (
    insert into reviewmaps_monitoring.relation_deletes as b (app, table_name, relation, deleted, activity, epoch)
    select p_app, p_table_name, relation, deleted, activity, epoch from current_state
    on conflict (app, table_name, relation) do update
    set deleted = excluded.deleted, activity = excluded.activity, epoch = excluded.epoch, seen_at = clock_timestamp()
  )
  select coalesce(sum(rows), 0) into v_deleted from growth;

  delete from reviewmaps_monitoring.relation_deletes b
  where b.app = p_app and b.table_name = p_table_name
    and not exists (select from pg_class c where c.oid = b.relation);

  perform reviewmaps_monitoring.add_to_totals(
    p_app, p_metric, p_limit, '{"table_name":"other"}', true,
    jsonb_build_array(jsonb_build_object('labels', v_labels, 'value', v_deleted)));
  return query select * from reviewmaps_monitoring.published(p_app, p_metric, v_labels);
end $fn$;

create function reviewmaps_monitoring.remember_regions(
  p_app text, p_active jsonb, p_days integer, p_limit integer)
returns setof text language plpgsql set lock_timeout = '3s' as $fn$
begin
  insert into reviewmaps_monitoring.active_region as r (app, region, last_active_at)
  select p_app, a.region, clock_timestamp()
  from (select distinct value as region from jsonb_array_elements_text(p_active) order by 1) a
  -- Not every minute, or a thousand rows would be rewritten for nothing.
  on conflict (app, region) do update set last_active_at = clock_timestamp()
  where r.last_active_at < clock_timestamp() - interval '10 minutes';

  delete from reviewmaps_monitoring.active_region r
  where r.app = p_app and r.last_active_at < clock_timestamp() - make_interval(days => p_days);

  return query
  select r.region from reviewmaps_monitoring.active_region r
  where r.app = p_app and not p_active @> to_jsonb(r.region)
  order by r.last_active_at desc, r.region
  limit p_limit;
end $fn$;
`;
