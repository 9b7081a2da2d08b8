// Import this first. Where npm could bring no Node 24 (macOS and others), scripts run on the machine's own.
const [major] = process.versions.node.split('.');

if (Number(major) < 24) {
  console.error(`Throughline needs Node 24 or newer; this is ${process.version}. Start it by npm (npm start, npm test), which brings Node 24 on Linux and Windows, or install Node 24.`);
  process.exit(1);
}
