import * as v from 'valibot';
import { parse } from 'yaml';

/** What a scrape configuration does to series, found by doing it: however it is written, only its effect counts. */

export type Labels = Readonly<Record<string, string>>;

const rule = v.object({
  source_labels: v.optional(v.array(v.string()), []),
  // Defaults as Prometheus has them.
  separator: v.optional(v.string(), ';'),
  regex: v.optional(v.string(), '(.*)'),
  target_label: v.optional(v.string(), ''),
  replacement: v.optional(v.string(), '$1'),
  action: v.optional(v.string(), 'replace'),
});

const configuration = v.object({
  scrape_configs: v.optional(
    v.array(
      v.object({
        job_name: v.string(),
        honor_labels: v.optional(v.boolean(), false),
        metric_relabel_configs: v.optional(v.array(rule), []),
      }),
    ),
    [],
  ),
});

type Rule = v.InferOutput<typeof rule>;
export type ScrapeConfig = NonNullable<v.InferOutput<typeof configuration>['scrape_configs']>[number];

/** The scrape configurations by name; undefined for what is no configuration of Prometheus. */
export function scrapeConfigs(yaml: string): ReadonlyMap<string, ScrapeConfig> | undefined {
  try {
    const { scrape_configs } = v.parse(configuration, parse(yaml));
    return new Map(scrape_configs.map((one) => [one.job_name, one]));
  } catch {
    return undefined;
  }
}

/** The labels that a scraped series is stored with; undefined for one that is dropped. */
export function relabelled(series: Labels, { metric_relabel_configs }: ScrapeConfig): Labels | undefined {
  let labels: Labels | undefined = series;
  for (const one of metric_relabel_configs) {
    labels = applied(labels, one);
    if (labels === undefined) return undefined;
  }
  return labels;
}

function applied(labels: Labels, { action, source_labels, separator, ...one }: Rule): Labels | undefined {
  const pattern = anchored(one.regex);
  const source = source_labels.map((name) => labels[name] ?? '').join(separator);
  switch (action.toLowerCase()) {
    case 'keep':
      return pattern.test(source) ? labels : undefined;
    case 'drop':
      return pattern.test(source) ? undefined : labels;
    case 'keepequal':
      return source === (labels[one.target_label] ?? '') ? labels : undefined;
    case 'dropequal':
      return source === (labels[one.target_label] ?? '') ? undefined : labels;
    case 'labeldrop':
      return Object.fromEntries(Object.entries(labels).filter(([name]) => !pattern.test(name)));
    case 'labelkeep':
      return Object.fromEntries(Object.entries(labels).filter(([name]) => pattern.test(name)));
    case 'labelmap':
      return Object.fromEntries(
        Object.entries(labels).flatMap(([name, value]) => {
          const found = pattern.exec(name);
          return found === null
            ? [[name, value]]
            : [
                [name, value],
                [expanded(one.replacement, found), value],
              ];
        }),
      );
    case 'replace': {
      const found = pattern.exec(source);
      return found === null
        ? labels
        : withLabel(labels, expanded(one.target_label, found), expanded(one.replacement, found));
    }
    case 'lowercase':
      return withLabel(labels, one.target_label, source.toLowerCase());
    case 'uppercase':
      return withLabel(labels, one.target_label, source.toUpperCase());
    default:
      // hashmod writes a number that nothing here asks for.
      return labels;
  }
}

/** An empty value is no label. */
function withLabel(labels: Labels, name: string, value: string): Labels {
  const others = Object.entries(labels).filter(([other]) => other !== name);
  return Object.fromEntries(value === '' ? others : [...others, [name, value]]);
}

/** Prometheus's patterns match the whole text. RE2 writes names of groups with a P, and flags for all at the beginning. */
function anchored(regex: string): RegExp {
  const [written = '', flags = ''] = /^\(\?([ims]+)\)/.exec(regex) ?? [];
  const pattern = regex.slice(written.length).replaceAll('(?P<', '(?<');
  return new RegExp(`^(?:${pattern})$`, [...new Set(`s${flags}`)].join(''));
}

/**
 * A replacement with what the pattern found. As in Go a name goes on as long as it can: `$1_total` is the group
 * "1_total", which there is none of, and so nothing.
 */
function expanded(replacement: string, found: RegExpExecArray): string {
  return replacement.replaceAll(
    /\$(?:(\$)|\{(\w+)\}|(\w+))/g,
    (_, dollar?: string, braced?: string, bare?: string) => {
      if (dollar !== undefined) return dollar;
      const name = braced ?? bare ?? '';
      return (/^\d+$/.test(name) ? found[Number(name)] : found.groups?.[name]) ?? '';
    },
  );
}
