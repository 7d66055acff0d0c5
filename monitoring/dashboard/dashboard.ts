import { LANGUAGES, type Language, type Row } from './definition';
import { type DashboardText, grafanaDashboard } from './grafana';
import { withPanels } from './page';
import { datasourceYaml, providerYaml } from './provisioning';
import { business } from './rows/business';
import { database } from './rows/database';
import { django } from './rows/django';
import { errors } from './rows/errors';
import { system } from './rows/system';

const text: DashboardText = {
  title: { ko: 'ReviewMaps 모니터링', en: 'ReviewMaps monitoring' },
  description: {
    ko: 'Django 서버, 캠페인, 네이버 API, 데이터베이스의 상태. monitoring/dashboard에서 생성되므로 여기서 고치지 마십시오.',
    en: 'The Django server, campaigns, the Naver API and the database. Generated from monitoring/dashboard: do not edit it here.',
  },
};

export const rows: readonly Row[] = [system, django, business, database, errors];

const FILES: Readonly<Record<Language, { readonly dashboard: string; readonly page: string }>> = {
  ko: { dashboard: 'deploy/grafana/dashboards/grafana-django-reviewmaps.json', page: 'docs/dashboard.ko.md' },
  en: { dashboard: 'deploy/grafana/dashboards/grafana-django-reviewmaps.en.json', page: 'docs/dashboard.md' },
};

/** The dashboard as the object that its JSON file holds. */
function dashboard(language: Language) {
  return grafanaDashboard(text, rows, language);
}

/**
 * What `npm run generate` writes for Grafana: path below the project's folder, and content.
 * @param readPage gives a page of docs/, of which only the list of panels is generated
 */
export function dashboardFiles(
  readPage: (path: string) => string,
): readonly (readonly [path: string, content: string])[] {
  return [
    ...LANGUAGES.map(
      (language) => [FILES[language].dashboard, `${JSON.stringify(dashboard(language), null, 2)}\n`] as const,
    ),
    ['deploy/grafana/provisioning/datasources/reviewmaps.yml', datasourceYaml()],
    ['deploy/grafana/provisioning/dashboards/reviewmaps.yml', providerYaml()],
    ...LANGUAGES.map((language) => {
      const { page } = FILES[language];
      return [page, withPanels(readPage(page), rows, language)] as const;
    }),
  ];
}
