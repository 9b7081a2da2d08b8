// What a container runs, by the SERVICE it was built for. In this process, so that signals reach it.
const { SERVICE } = process.env;

if (SERVICE === 'router') await import('./router/router.mjs');
else if (SERVICE === 'provision') await (await import('../tools/up/provision.mjs')).main();
else await import(`../services/${SERVICE}/dist/main.js`);
