import { describe, expect, it } from '@jest/globals';
import { parseExposition } from '../../../dev/gateway/exposition';
import { renderPage } from '../../../dev/gateway/page';
import { GroupStore } from '../../../dev/gateway/store';

function storeAt(seconds: number): GroupStore {
  return new GroupStore(() => seconds);
}

describe('the page of the embedded gateway', () => {
  it('says when there is nothing yet', () => {
    expect(renderPage(storeAt(0).list())).toContain('Nothing has been pushed yet.');
  });

  it('shows groups, families with their help, and values for people', () => {
    const store = storeAt(1_795_403_430);
    store.push(
      { job: 'collect', app: 'shop' },
      parseExposition('# HELP rows How many.\n# TYPE rows gauge\nrows{table_name="campaign"} 1234567\n'),
      'replace',
    );
    const page = renderPage(store.list());
    for (const text of [
      '{app=&#34;shop&#34;,job=&#34;collect&#34;}',
      'last push 2026-11-23 03:10:30 UTC',
      'rows',
      'How many.',
      '{table_name=&#34;campaign&#34;}',
      '1,234,567',
    ]) {
      expect(page).toContain(text);
    }
  });

  it('says that a push was refused', () => {
    const store = storeAt(1_795_403_430);
    store.push({ job: 'a' }, parseExposition('g 1 2\n'), 'replace');
    expect(renderPage(store.list())).toMatch(/never pushed.*was refused/);
  });

  it('shows markup in pushed text as text', () => {
    const store = storeAt(1);
    store.push({ job: '<script>' }, parseExposition('# HELP g <img src=x>\ng{k="<b>\\"\'&"} 1\n'), 'replace');
    const page = renderPage(store.list());
    expect(page).not.toMatch(/<script|<img|<b>/);
  });
});
