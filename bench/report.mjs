// The table a person reads.
const COLUMNS = ['what', 'ours', 'peer', 'ratio', 'gate', 'stretch', ''];

const figure = (value) => {
  if (value === null) return '-';
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
};

const verdict = ({ ratio, gate, stretch, better }) => {
  if (ratio === null || gate === null) return '';
  const meets = (limit) => limit !== null && (better === 'higher' ? ratio >= limit : ratio <= limit);
  if (meets(stretch)) return 'stretch';
  return meets(gate) ? 'gate' : 'MISSED';
};

export function printTable(rows, { cores, cpu, memoryGiB, node, postgres, load }, { rounds, seconds }) {
  const lines = [COLUMNS, ...rows.map((row) => [row.what, ...['ours', 'peer', 'ratio', 'gate', 'stretch'].map((name) => figure(row[name])), verdict(row)])];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  console.log('');
  for (const line of lines) console.log(line.map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]))).join('  ').trimEnd());
  console.log(`\n${cores} cores (${cpu}), ${memoryGiB} GiB, Node ${node}, PostgreSQL ${postgres}; load ${load} at the start`);
  console.log(`Medians of ${rounds} interleaved rounds, ${seconds} s a cell; the ratio is the median of the rounds' ratios. Only ratios count: the machine's speed changes.`);
}
