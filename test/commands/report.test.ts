import { describe, expect, it } from '@jest/globals';
import { reportLines } from '../../commands/report';

describe('reportLines', () => {
  it('shows each part with its result and time, and each metric with its series', () => {
    const lines = reportLines({
      job: 'collect',
      ran: true,
      ok: false,
      seconds: 1.234,
      parts: [
        { name: 'campaigns', ok: true, seconds: 0.012, detail: '3 series' },
        { name: 'tables/reviews', ok: false, seconds: 12.3, detail: 'permission denied' },
      ],
      series: { reviewmaps_campaign_active_total: 3 },
    });
    expect(lines).toEqual([
      'collect: with failures, 3 series pushed in 1.2 s',
      '  ✓ campaigns         12 ms  3 series',
      '  ✗ tables/reviews   12.3 s  permission denied',
      '    reviewmaps_campaign_active_total  3 series',
    ]);
  });

  it('says when another run was at it', () => {
    expect(reportLines({ job: 'collect', ran: false, ok: true, seconds: 0, parts: [], series: {} })).toEqual([
      'collect: skipped, another run holds the lease',
    ]);
  });
});
