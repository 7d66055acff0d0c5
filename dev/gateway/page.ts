import type { Family, Metric } from './exposition';
import { formatNumber } from './go-number';
import type { Group } from './store';
import { labelText } from './text';

const STYLE = `
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
section { border: 1px solid #8885; border-radius: 8px; padding: 0 1.2rem 1rem; margin: 1.5rem 0 }
h2 { font-size: 1.1rem } h2 code, summary code { font-size: 1rem }
table { border-collapse: collapse; width: 100% }
td { border-top: 1px solid #8883; padding: .2rem .5rem; vertical-align: top; overflow-wrap: anywhere }
td:last-child { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
summary { cursor: pointer; margin-top: .6rem }
.note { opacity: .7 } .bad { color: #c33 }
`;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function shown({ type }: Family, metric: Metric): string {
  if (type === 'histogram' || type === 'summary') {
    return `${formatNumber(metric.count)} observed, sum ${formatNumber(metric.sum)}`;
  }
  // A person reads 1234567 more easily than 1.234567e+06.
  return Number.isFinite(metric.value) ? metric.value.toLocaleString('en') : formatNumber(metric.value);
}

/** The labels that tell the series of a group apart. */
function ownLabels(metric: Metric, group: Group): string {
  const own = Object.entries(metric.labels).filter(
    ([name, value]) => !Object.hasOwn(group.labels, name) && !(name === 'instance' && value === ''),
  );
  return labelText(Object.fromEntries(own));
}

function familyHtml(family: Family, group: Group): string {
  const rows = family.metrics
    .map(
      (metric) =>
        `<tr><td><code>${escapeHtml(ownLabels(metric, group))}</code></td><td>${shown(family, metric)}</td></tr>`,
    )
    .join('');
  const help = family.help === undefined ? '' : `<div class="note">${escapeHtml(family.help)}</div>`;
  return `<details open><summary><code>${escapeHtml(family.name)}</code> <span class="note">${family.type}, ${family.metrics.length} series</span></summary>${help}<table>${rows}</table></details>`;
}

function stamp(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace('T', ' ').slice(0, 19);
}

function groupHtml(group: Group): string {
  const families = [...group.families.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const pushed = group.pushedAt === 0 ? 'never pushed' : `last push ${stamp(group.pushedAt)} UTC`;
  const failed =
    group.failedAt > group.pushedAt
      ? ` <span class="bad">the push of ${stamp(group.failedAt)} UTC was refused</span>`
      : '';
  return `<section><h2><code>${escapeHtml(labelText(group.labels))}</code></h2><div class="note">${pushed}${failed}</div>${families.map((family) => familyHtml(family, group)).join('')}</section>`;
}

/** The page at `/`: what is stored, for a person. It needs nothing from the network. */
export function renderPage(groups: readonly Group[]): string {
  const body =
    groups.length === 0
      ? '<p>Nothing has been pushed yet.</p>'
      : [...groups]
          .sort((a, b) => (labelText(a.labels) < labelText(b.labels) ? -1 : 1))
          .map(groupHtml)
          .join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Gateway for development</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${STYLE}</style></head>
<body><h1>Gateway for development</h1>
<p class="note">Stands in for a Prometheus Pushgateway. Everything is kept in memory.
See also <a href="metrics">/metrics</a> and <a href="api/v1/metrics">/api/v1/metrics</a>.</p>
${body}
</body></html>
`;
}
