import { describe, expect, it } from '@jest/globals';
import { contractSection } from '../../../monitoring/verify/contract';
import { djangoSection } from '../../../monitoring/verify/django';
import { jobSection } from '../../../monitoring/verify/jobs';
import { relabellingSection } from '../../../monitoring/verify/relabelling';
import { targetSection } from '../../../monitoring/verify/targets';
import { catalog } from '../../../src/metrics/catalog';
import { healthy, unusual } from './healthy';

const sections = [targetSection, relabellingSection, jobSection, contractSection, djangoSection];

describe('an installation where everything is there', () => {
  it.each(sections.map((section) => [section.name, section] as const))(
    '%s has nothing to say',
    (_, section) => {
      expect(unusual(section(healthy))).toEqual([]);
    },
  );

  it('gives one line to each metric of the catalog', () => {
    expect(contractSection(healthy).findings.map(({ name }) => name)).toEqual(Object.keys(catalog));
  });
});
