// The fault table, for people.
const ms = (value) => (value === undefined ? 'NEVER' : `${(value / 1000).toFixed(1)} s`);
const listed = (counts) => Object.entries(counts).map(([what, count]) => `${count} x ${what}`).join(', ') || 'nothing';

const nameOf = ({ fault, drill = '' }) => `${fault} ${drill}`.trim();

function cells(row) {
  if (row.skipped) return ['skip', nameOf(row), row.skipped, '', '', '', ''];
  if (row.failed) return ['BAD', nameOf(row), row.failed, '', '', '', ''];
  return [row.good ? 'ok' : 'BAD', nameOf(row), listed(row.refused), verdictOf(row), recoveryOf(row), aidOf(row), row.note ?? ''];
}

const verdictOf = ({ unread, lost, doubled, misplaced, unsorted, backwards }) => (unread ? `could not be read: ${unread}` : `${lost} / ${doubled} / ${misplaced + unsorted + backwards}`);
const recoveryOf = ({ recoveryMs, overMs }) => `${ms(recoveryMs)}${overMs === undefined ? '' : ` (${ms(overMs)})`}`;

/** A process that ended and was started again by whoever watches over it: none should. */
const aidOf = ({ recoveryMs, restarts }) => `${recoveryMs === undefined ? 'no' : 'yes'}${restarts > 0 ? `, ${restarts} processes ended and were started again` : ''}`;

const HEAD = ['', 'fault', 'what clients saw', 'lost / doubled / out of order', 'first new event (of it until the server answered)', 'unaided', ''];

/** Markdown, so that it can be pasted. */
export function tableOf(rows) {
  const line = (row) => `| ${row.join(' | ')} |`;
  return [line(HEAD), line(HEAD.map(() => '---')), ...rows.map((row) => line(cells(row)))].join('\n');
}

export const oneLine = (row) => cells(row).filter(Boolean).join('  ');
