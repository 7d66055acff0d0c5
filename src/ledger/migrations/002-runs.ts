/**
 * Version 2: what is known of scraper runs, histograms beside counters, and the call that folds a batch of runs.
 *
 * `:name` must not appear in here: the Data API reads it as a parameter, also inside `$$`.
 */
export const runs = `
alter table reviewmaps_monitoring.total add column histogram numeric[];
comment on column reviewmaps_monitoring.total.histogram is 'Of a histogram: cumulative counts by bucket, ascending, then sum and count.';

create table reviewmaps_monitoring.folded_run (
  app text not null,
  run text not null,
  started float8 not null,
  scraper text not null,
  state text not null check (state in ('running', 'silent', 'failed', 'success')),
  silent_counted boolean not null default false,
  pushed_at float8,
  first_seen_at timestamptz not null default clock_timestamp(),
  last_seen_at timestamptz not null default clock_timestamp(),
  primary key (app, run, started)
);
create index folded_run_by_last_seen on reviewmaps_monitoring.folded_run (app, last_seen_at);
comment on table reviewmaps_monitoring.folded_run is 'Scraper runs, a process each; pushed_at is the push that was folded last, by the clock of the gateway.';

create table reviewmaps_monitoring.folded_series (
  app text not null,
  run text not null,
  started float8 not null,
  metric text not null,
  labels jsonb not null,
  highest numeric[] not null,
  primary key (app, run, started, metric, labels),
  foreign key (app, run, started) references reviewmaps_monitoring.folded_run on delete cascade
);
comment on table reviewmaps_monitoring.folded_series is 'The highest value seen of every series of every run; what is above it is new.';

create table reviewmaps_monitoring.scraper (
  app text not null,
  scraper text not null,
  last_success_at float8,
  last_duration_seconds float8,
  last_end_at float8,
  primary key (app, scraper)
);
comment on table reviewmaps_monitoring.scraper is 'How the latest runs of each scraper ended, by the clock of the gateway.';

create function reviewmaps_monitoring.add_arrays(p_a numeric[], p_b numeric[])
returns numeric[] language sql immutable as $fn$
  select array_agg(coalesce(a, 0) + coalesce(b, 0) order by place)
  from unnest(p_a, p_b) with ordinality as u (a, b, place);
$fn$;

create aggregate reviewmaps_monitoring.sum_arrays (numeric[]) (
  sfunc = reviewmaps_monitoring.add_arrays, stype = numeric[]
);

create or replace function reviewmaps_monitoring.add_to_totals(
  p_app text, p_metric text, p_limit integer, p_other jsonb, p_announced boolean, p_deltas jsonb)
returns void language plpgsql set lock_timeout = '10s' as $fn$
declare
  v_room bigint;
begin
  -- Which label sets are named is decided by one call at a time.
  perform pg_advisory_xact_lock(hashtextextended('reviewmaps_monitoring ' || p_app || ' ' || p_metric, 0));

  select p_limit - count(*) into v_room from reviewmaps_monitoring.total t
  where t.app = p_app and t.metric = p_metric and not t.labels @> p_other;

  with delta as (
    select d -> 'labels' as labels, sum((d ->> 'value')::numeric) as value
    from jsonb_array_elements(p_deltas) d group by 1
  ), newcomer as (
    select d.labels, row_number() over (order by d.value desc, d.labels) as place
    from delta d
    where not d.labels @> p_other
      and not exists (select from reviewmaps_monitoring.total t
                      where t.app = p_app and t.metric = p_metric and t.labels = d.labels)
      and not exists (select from reviewmaps_monitoring.overflow o
                      where o.app = p_app and o.metric = p_metric and o.labels = d.labels)
  ), named as (
    insert into reviewmaps_monitoring.total (app, metric, labels, value, announced)
    select p_app, p_metric, newcomer.labels, 0, p_announced from newcomer where newcomer.place <= v_room
  ), known as (
    select count(*) as n from reviewmaps_monitoring.overflow o where o.app = p_app and o.metric = p_metric
  )
  -- The memory of those beyond the limit has a limit too: what runs push is not trusted.
  insert into reviewmaps_monitoring.overflow (app, metric, labels)
  select p_app, p_metric, beyond.labels
  from (select newcomer.labels, row_number() over (order by newcomer.place) as place
        from newcomer where newcomer.place > v_room) beyond, known
  where known.n + beyond.place <= 10 * p_limit::bigint;

  insert into reviewmaps_monitoring.total as t (app, metric, labels, value, histogram, announced)
  select p_app, p_metric, d.labels, sum(d.value), reviewmaps_monitoring.sum_arrays(d.histogram), p_announced
  from (
    select case when e -> 'labels' @> p_other or exists (
             select from reviewmaps_monitoring.total n
             where n.app = p_app and n.metric = p_metric and n.labels = e -> 'labels')
           then e -> 'labels' else (e -> 'labels') || p_other end as labels,
           (e ->> 'value')::numeric as value,
           case when e -> 'histogram' is not null
                then array(select v::numeric from jsonb_array_elements_text(e -> 'histogram') v) end as histogram
    from jsonb_array_elements(p_deltas) e
  ) d
  group by d.labels
  on conflict (app, metric, labels) do update
  set value = t.value + excluded.value,
      histogram = reviewmaps_monitoring.add_arrays(t.histogram, excluded.histogram),
      updated_at = case when excluded.value > 0 then clock_timestamp() else t.updated_at end;
end $fn$;

create function reviewmaps_monitoring.see_runs(p_app text, p_runs jsonb)
returns table (run text, started float8, pushed_at float8, state text)
language plpgsql set lock_timeout = '3s' as $fn$
#variable_conflict use_column
begin
  update reviewmaps_monitoring.folded_run f set last_seen_at = clock_timestamp()
  from jsonb_to_recordset(p_runs) as s (run text, started float8)
  where f.app = p_app and f.run = s.run and f.started = s.started
    -- Not every minute: what counts is the day.
    and f.last_seen_at < clock_timestamp() - interval '1 hour';
  return query
  select f.run, f.started, f.pushed_at, f.state
  from reviewmaps_monitoring.folded_run f
  join jsonb_to_recordset(p_runs) as s (run text, started float8) on s.run = f.run and s.started = f.started
  where f.app = p_app;
end $fn$;

create function reviewmaps_monitoring.fold_runs(p_app text, p_runs jsonb, p_metrics jsonb, p_names jsonb, p_scrapers integer)
returns void language plpgsql set lock_timeout = '10s' as $fn$
declare
  v_pushes jsonb;
  v_counts jsonb;
  v_name text;
  v_deltas jsonb;
begin
  perform pg_advisory_xact_lock(hashtextextended('reviewmaps_monitoring fold ' || p_app, 0));

  -- Each push with what is known of its run: whether this push is a new one, and whether the run had ended.
  select coalesce(jsonb_agg(r || jsonb_build_object(
    'fresh', f.pushed_at is distinct from (r ->> 'pushed')::float8,
    'ended', coalesce(f.state in ('success', 'failed'), false),
    'silenced', coalesce(f.silent_counted, false))), '[]')
  into v_pushes
  from jsonb_array_elements(p_runs) r
  left join reviewmaps_monitoring.folded_run f
    on f.app = p_app and f.run = r ->> 'run' and f.started = (r ->> 'started')::float8;

  insert into reviewmaps_monitoring.folded_run as f (app, run, started, scraper, state, silent_counted, pushed_at)
  select p_app, r ->> 'run', (r ->> 'started')::float8, r ->> 'scraper',
         case when r ->> 'completed' = '1' then 'success' when r ->> 'completed' = '0' then 'failed'
              when (r ->> 'silent')::boolean then 'silent' else 'running' end,
         (r ->> 'silent')::boolean, (r ->> 'pushed')::float8
  from jsonb_array_elements(v_pushes) r
  on conflict (app, run, started) do update
  set state = case when f.state in ('success', 'failed') then f.state else excluded.state end,
      silent_counted = f.silent_counted or excluded.silent_counted,
      pushed_at = excluded.pushed_at, last_seen_at = clock_timestamp();

  -- What grew. A series that is lower anywhere is a late or restored push, and left as it is.
  with pushed as (
    select r ->> 'run' as run, (r ->> 'started')::float8 as started, s ->> 'metric' as metric, s -> 'labels' as labels,
           array(select v::numeric from jsonb_array_elements_text(s -> 'values') v) as now_is,
           (r ->> 'fresh')::boolean as fresh
    from jsonb_array_elements(v_pushes) r, jsonb_array_elements(r -> 'series') s
    where not (r ->> 'ended')::boolean
  ), compared as (
    select p.*, f.highest,
           exists (select from unnest(p.now_is, f.highest) as u (is_now, was) where is_now < was) as went_back
    from pushed p
    left join reviewmaps_monitoring.folded_series f
      on f.app = p_app and f.run = p.run and f.started = p.started and f.metric = p.metric and f.labels = p.labels
  ), stored as (
    insert into reviewmaps_monitoring.folded_series as f (app, run, started, metric, labels, highest)
    select p_app, run, started, metric, labels, now_is from compared
    where not went_back and highest is distinct from now_is
    on conflict (app, run, started, metric, labels) do update set highest = excluded.highest
  ), grown as (
    select metric, labels, array(
      select is_now - coalesce(was, 0) from unnest(now_is, highest) with ordinality as u (is_now, was, place)
      order by place) as growth
    from compared where not went_back and highest is distinct from now_is
  ), summed as (
    select metric, labels, reviewmaps_monitoring.sum_arrays(growth) as growth from grown group by metric, labels
  ), by_metric as (
    select metric, jsonb_agg(case when cardinality(growth) = 1
      then jsonb_build_object('labels', labels, 'value', growth[1])
      else jsonb_build_object('labels', labels, 'value', growth[cardinality(growth)], 'histogram', to_jsonb(growth)) end) as deltas
    from summed group by metric
  )
  select jsonb_build_object(
    'totals', coalesce((select jsonb_object_agg(metric, deltas) from by_metric), '{}'),
    'went_back', (select count(*) from compared where went_back and fresh))
  into v_counts;

  for v_name, v_deltas in select key, value from jsonb_each(v_counts -> 'totals') order by key loop
    perform reviewmaps_monitoring.add_to_totals(
      p_app, v_name, (p_metrics -> v_name ->> 'limit')::integer, p_metrics -> v_name -> 'other', false, v_deltas);
  end loop;

  -- What was rejected, once for each push.
  select coalesce(jsonb_agg(jsonb_build_object('labels', jsonb_build_object('reason', reason), 'value', n)), '[]') into v_deltas
  from (
    select reason, sum(n) as n from (
      select e.key as reason, e.value::numeric as n
      from jsonb_array_elements(v_pushes) r, jsonb_each_text(r -> 'rejected') e
      where (r ->> 'fresh')::boolean and not (r ->> 'ended')::boolean
      union all select 'went_back', (v_counts ->> 'went_back')::numeric
    ) rejections group by reason having sum(n) > 0
  ) sums;
  perform reviewmaps_monitoring.add_to_totals(p_app, p_names ->> 'series', 100, '{"reason":"other"}', false, v_deltas);

  select coalesce(jsonb_agg(jsonb_build_object('labels', jsonb_build_object('reason', reason), 'value', n)), '[]') into v_deltas
  from (
    select case when (r ->> 'ended')::boolean then 'replayed' else r ->> 'removed' end as reason, count(*) as n
    from jsonb_array_elements(v_pushes) r
    where (r ->> 'fresh')::boolean and ((r ->> 'ended')::boolean or r ->> 'removed' is not null)
    group by 1
  ) groups;
  perform reviewmaps_monitoring.add_to_totals(p_app, p_names ->> 'groups', 100, '{"reason":"other"}', false, v_deltas);

  -- What became of the runs: each ends once, and goes silent once.
  select coalesce(jsonb_agg(jsonb_build_object('labels', jsonb_build_object('scraper', scraper, 'status', status), 'value', n)), '[]') into v_deltas
  from (
    select r ->> 'scraper' as scraper, case r ->> 'completed' when '1' then 'success' else 'failed' end as status, count(*) as n
    from jsonb_array_elements(v_pushes) r
    where r ->> 'completed' is not null and not (r ->> 'ended')::boolean group by 1, 2
  ) ends;
  v_name := p_names ->> 'runs';
  perform reviewmaps_monitoring.add_to_totals(
    p_app, v_name, (p_metrics -> v_name ->> 'limit')::integer, p_metrics -> v_name -> 'other', false, v_deltas);

  select coalesce(jsonb_agg(jsonb_build_object('labels', jsonb_build_object('scraper', scraper), 'value', n)), '[]') into v_deltas
  from (
    select r ->> 'scraper' as scraper, count(*) as n from jsonb_array_elements(v_pushes) r
    where (r ->> 'silent')::boolean and not (r ->> 'silenced')::boolean and not (r ->> 'ended')::boolean group by 1
  ) silences;
  v_name := p_names ->> 'silent';
  perform reviewmaps_monitoring.add_to_totals(
    p_app, v_name, (p_metrics -> v_name ->> 'limit')::integer, p_metrics -> v_name -> 'other', false, v_deltas);

  insert into reviewmaps_monitoring.scraper as s (app, scraper, last_success_at, last_duration_seconds, last_end_at)
  select p_app, named.scraper, max(named.pushed) filter (where named.completed = '1'),
         (array_agg(named.duration order by named.pushed desc) filter (where named.duration is not null))[1], max(named.pushed)
  from (
    select case when exists (select from reviewmaps_monitoring.scraper k where k.app = p_app and k.scraper = r ->> 'scraper')
             or (select count(*) from reviewmaps_monitoring.scraper k where k.app = p_app) < p_scrapers
           then r ->> 'scraper' else 'other' end as scraper,
           (r ->> 'pushed')::float8 as pushed, r ->> 'completed' as completed,
           -- A start that lies in the future, or a month back, is no start.
           case when r ->> 'completed' is not null and (r ->> 'started')::float8 > 0
                 and (r ->> 'pushed')::float8 - (r ->> 'started')::float8 between 0 and 30 * 86400
                then (r ->> 'pushed')::float8 - (r ->> 'started')::float8 end as duration
    from jsonb_array_elements(v_pushes) r where not (r ->> 'ended')::boolean
  ) named
  group by named.scraper
  on conflict (app, scraper) do update
  set last_success_at = greatest(s.last_success_at, excluded.last_success_at),
      last_duration_seconds = case when s.last_end_at is null or excluded.last_end_at >= s.last_end_at
        then coalesce(excluded.last_duration_seconds, s.last_duration_seconds) else s.last_duration_seconds end,
      last_end_at = greatest(s.last_end_at, excluded.last_end_at);

  delete from reviewmaps_monitoring.folded_run f
  where f.app = p_app and f.last_seen_at < clock_timestamp() - interval '7 days';
end $fn$;

create function reviewmaps_monitoring.published_page(p_app text, p_metrics text[], p_after bigint, p_bytes integer)
returns table (id bigint, metric text, labels jsonb, value numeric, histogram numeric[], announced boolean)
language sql stable as $fn$
  select page.id, page.metric, page.labels, case when page.announced then page.value else 0 end,
         case when page.announced then page.histogram
              else array(select 0::numeric from unnest(page.histogram)) end, page.announced
  from (
    select t.*, sum(octet_length(t.labels::text) + coalesce(octet_length(t.histogram::text), 0) + 200) over (order by t.id) as bytes
    from reviewmaps_monitoring.total t
    where t.app = p_app and t.metric = any (p_metrics) and t.id > p_after
  ) page
  where page.bytes <= p_bytes
  order by page.id;
$fn$;

create function reviewmaps_monitoring.over_limits(p_app text, p_metrics text[])
returns table (metric text, label_sets bigint) language sql stable as $fn$
  select m.metric, (select count(*) from reviewmaps_monitoring.overflow o where o.app = p_app and o.metric = m.metric)
  from unnest(p_metrics) as m (metric);
$fn$;

create function reviewmaps_monitoring.scrapers(p_app text)
returns table (scraper text, last_success_at float8, last_duration_seconds float8)
language sql stable as $fn$
  select s.scraper, s.last_success_at, s.last_duration_seconds
  from reviewmaps_monitoring.scraper s where s.app = p_app order by s.scraper;
$fn$;
`;
