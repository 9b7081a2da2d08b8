import { TOPICS } from './topics';

describe('the topic registry', () => {
  it('reads every topic from the proto contracts', () => {
    expect(TOPICS).toEqual({
      config: { name: 'config', partitions: 1, retentionDays: 0, compacted: true, framed: false },
      interactions: { name: 'interactions', partitions: 64, retentionDays: 14, compacted: false, framed: true },
      timeline: { name: 'timeline', partitions: 64, retentionDays: 14, compacted: false, framed: true },
      outbound: { name: 'outbound', partitions: 64, retentionDays: 14, compacted: false, framed: false },
      'dead-letters': { name: 'dead-letters', partitions: 16, retentionDays: 14, compacted: false, framed: false },
      redrives: { name: 'redrives', partitions: 16, retentionDays: 14, compacted: false, framed: false },
    });
  });
});
