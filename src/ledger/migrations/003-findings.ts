/**
 * Version 3: folding says which runs pushed what was not counted, and counts pushes that the gateway refused. The
 * function of version 2 goes on counting, under another name.
 *
 * `:name` must not appear in here: the Data API reads it as a parameter, also inside `$$`.
 */
export const findings = `
alter table reviewmaps_monitoring.folded_run add column refused_at float8;
comment on column reviewmaps_monitoring.folded_run.refused_at is 'The refused push that was counted last, by the clock of the gateway.';

-- A program of version 2 goes on working with it: it asks for the columns that it knows.
drop function reviewmaps_monitoring.see_runs(text, jsonb);
create function reviewmaps_monitoring.see_runs(p_app text, p_runs jsonb)
returns table (run text, started float8, pushed_at float8, refused_at float8, state text)
language plpgsql set lock_timeout = '3s' as $fn$
#variable_conflict use_column
begin
  update reviewmaps_monitoring.folded_run f set last_seen_at = clock_timestamp()
  from jsonb_to_recordset(p_runs) as s (run text, started float8)
  where f.app = p_app and f.run = s.run and f.started = s.started
    -- Not every minute: what counts is the day.
    and f.last_seen_at < clock_timestamp() - interval '1 hour';
  return query
  select f.run, f.started, f.pushed_at, f.refused_at, f.state
  from reviewmaps_monitoring.folded_run f
  join jsonb_to_recordset(p_runs) as s (run text, started float8) on s.run = f.run and s.started = f.started
  where f.app = p_app;
end $fn$;

alter function reviewmaps_monitoring.fold_runs(text, jsonb, jsonb, jsonb, integer) rename to add_runs;

create function reviewmaps_monitoring.fold_runs(p_app text, p_runs jsonb, p_metrics jsonb, p_names jsonb, p_scrapers integer)
returns table (run text, started float8, refused boolean, went_back bigint, example text, runs bigint)
language plpgsql set lock_timeout = '10s' as $fn$
#variable_conflict use_column
declare
  v_before numeric;
  v_after numeric;
  v_new jsonb;
  v_refused bigint;
begin
  -- The lock of add_runs, which may be taken twice: nothing changes between what is looked at here and what it does.
  perform pg_advisory_xact_lock(hashtextextended('reviewmaps_monitoring fold ' || p_app, 0));

  -- What nobody can tell once add_runs remembers a push: whether it is a new one. A run that had ended is replayed, no more.
  select coalesce(jsonb_agg(jsonb_build_object(
           'run', r ->> 'run', 'started', (r ->> 'started')::float8,
           'fresh', f.pushed_at is distinct from (r ->> 'pushed')::float8, 'refused', refusal.is_new)), '[]'),
         count(*) filter (where refusal.is_new)
  into v_new, v_refused
  from jsonb_array_elements(p_runs) r
  left join reviewmaps_monitoring.folded_run f
    on f.app = p_app and f.run = r ->> 'run' and f.started = (r ->> 'started')::float8
  cross join lateral (
    select r ->> 'refused' is not null and f.refused_at is distinct from (r ->> 'refused')::float8 as is_new) refusal
  where coalesce(f.state not in ('success', 'failed'), true);

  select sum(t.value) into v_before from reviewmaps_monitoring.total t
  where t.app = p_app and t.metric = p_names ->> 'series' and t.labels = '{"reason":"went_back"}';
  perform reviewmaps_monitoring.add_runs(p_app, p_runs, p_metrics, p_names, p_scrapers);
  select sum(t.value) into v_after from reviewmaps_monitoring.total t
  where t.app = p_app and t.metric = p_names ->> 'series' and t.labels = '{"reason":"went_back"}';

  update reviewmaps_monitoring.folded_run f set refused_at = (r ->> 'refused')::float8
  from jsonb_array_elements(p_runs) r
  where f.app = p_app and f.run = r ->> 'run' and f.started = (r ->> 'started')::float8 and r ->> 'refused' is not null;
  if v_refused > 0 then
    perform reviewmaps_monitoring.add_to_totals(
      p_app, p_names ->> 'groups', 100, '{"reason":"other"}', false,
      jsonb_build_array(jsonb_build_object('labels', jsonb_build_object('reason', 'push_refused'), 'value', v_refused)));
  end if;

  return query
  with lower as (
    -- add_runs raised the highest value of each series to what was pushed, except of a series that was lower.
    select f.run, f.started, count(*) as series, min(f.metric) as example
    from jsonb_array_elements(p_runs) r
    join jsonb_to_recordset(v_new) as n (run text, started float8, fresh boolean)
      on n.fresh and n.run = r ->> 'run' and n.started = (r ->> 'started')::float8
    cross join jsonb_array_elements(r -> 'series') s
    join reviewmaps_monitoring.folded_series f
      on f.app = p_app and f.run = n.run and f.started = n.started
     and f.metric = s ->> 'metric' and f.labels = s -> 'labels'
    -- Nothing is looked up unless add_runs counted one.
    where v_after is distinct from v_before
      and f.highest <> array(select v::numeric from jsonb_array_elements_text(s -> 'values') v)
    group by f.run, f.started
  )
  select n.run, n.started, n.refused, coalesce(lower.series, 0), lower.example, count(*) over ()
  from jsonb_to_recordset(v_new) as n (run text, started float8, refused boolean)
  left join lower on lower.run = n.run and lower.started = n.started
  where n.refused or lower.series > 0
  order by n.run, n.started
  -- As many as a person reads: an answer of the Data API has limits.
  limit 100;
end $fn$;
`;
