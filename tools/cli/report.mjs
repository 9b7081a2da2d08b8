// How the commands speak: results on standard output, what is under way on standard error.
const EVERY_MS = 2_000;

export const count = (number) => number.toLocaleString('en');

/** Says how far a walk is, every two seconds; nothing of one that is over before. @param things what it walks over */
export function progress(things = 'events') {
  const started = performance.now();
  let said = started;
  return ({ events: done, share }) => {
    const now = performance.now();
    if (now - said < EVERY_MS) return;
    said = now;
    const rate = done > 0 ? [`${count(done)} ${things}`, `${count(Math.round((done * 1000) / (now - started)))}/s`] : [];
    console.error(`  ${[...rate, ...(share === undefined ? [] : [`${(share * 100).toFixed(0)} % done`])].join(', ')}`);
  };
}

const SHOWN = 20;

/** The first bad event, then the next ones. */
export function printFindings(what, { findings, more }) {
  const [first, ...others] = findings;
  console.log(`${what}: ${first ? `${count(findings.length + more)} findings` : 'in order'}`);
  if (first) console.log(`  first: ${line(first)}`);
  for (const finding of others.slice(0, SHOWN)) console.log(`  then:  ${line(finding)}`);
  const unsaid = Math.max(0, others.length - SHOWN) + more;
  if (unsaid > 0) console.log(`  and ${count(unsaid)} more`);
}

function line({ fault, tenant, stream, version, position, eventId, detail }) {
  const where = { tenant, stream, version, position, event: eventId };
  const place = Object.entries(where).flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]));
  return `${fault}: ${place.join(', ')}: ${detail}`;
}
