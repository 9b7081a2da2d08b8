// The table a person reads.
const COLUMNS = ['what', 'ours', 'peer', 'ratio', 'min..max', 'gate', 'stretch', ''];

const figure = (value) => {
  if (value === null || value === undefined) return '-';
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
};

const verdict = ({ ours, ratio, gate, stretch, better }) => {
  if (gate === null) return '';
  const value = ratio ?? ours;
  const meets = (limit) => limit !== null && (better === 'higher' ? value >= limit : value <= limit);
  if (meets(stretch)) return 'stretch';
  return meets(gate) ? 'gate' : 'MISSED';
};

const spread = ({ low, high }) => (low === undefined ? '-' : `${figure(low)}..${figure(high)}`);

const line = (row) => [row.what, ...['ours', 'peer', 'ratio'].map((name) => figure(row[name])), spread(row), ...['gate', 'stretch'].map((name) => figure(row[name])), verdict(row)];

export function printTable(rows, { cores, cpu, memoryGiB, node, postgres, load }, { rounds, seconds }) {
  const lines = [COLUMNS, ...rows.map(line)];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  console.log('');
  for (const cells of lines) console.log(cells.map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]))).join('  ').trimEnd());
  for (const { what, note } of rows.filter((row) => row.note)) console.log(`  ${what}: ${note}`);
  console.log(`\n${cores} cores (${cpu}), ${memoryGiB} GiB, Node ${node}, PostgreSQL ${postgres}; load ${load} at the start`);
  console.log(`Medians of ${rounds} interleaved rounds, ${seconds} s a cell; the ratio is the median of the rounds' ratios. Only ratios count: the machine's speed changes.`);
}
