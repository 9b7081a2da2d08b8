// The fault table, for people.
const ms = (value) => (value === undefined ? 'NEVER' : `${(value / 1000).toFixed(1)} s`);
const listed = (counts) => Object.entries(counts).map(([what, count]) => `${count} x ${what}`).join(', ') || 'nothing';

const cells = (row) => [
  row.good ? 'ok' : row.skipped ? 'skip' : 'BAD',
  `${row.fault} ${row.drill ?? ''}`.trim(),
  row.skipped ?? row.failed ?? listed(row.refused ?? {}),
  row.skipped || row.failed ? '' : `${row.lost ?? '?'} / ${row.doubled ?? '?'} / ${(row.misplaced ?? 0) + (row.unsorted ?? 0) + (row.backwards ?? 0)}`,
  row.skipped || row.failed ? '' : `${ms(row.recoveryMs)}${row.overMs === undefined ? '' : ` (${ms(row.overMs)})`}`,
  row.skipped || row.failed ? '' : row.restarts > 0 ? `yes, ${row.restarts} restarts` : 'yes',
  row.note ?? '',
];

const HEAD = ['', 'fault', 'what clients saw', 'lost / doubled / out of order', 'first new event (of it until the server answered)', 'unaided', ''];

/** Markdown, so that it can be pasted. */
export function tableOf(rows) {
  const line = (row) => `| ${row.join(' | ')} |`;
  return [line(HEAD), line(HEAD.map(() => '---')), ...rows.map((row) => line(cells(row)))].join('\n');
}

export const oneLine = (row) => cells(row).filter(Boolean).join('  ');
