// The peer of the relay's fan-out: whatever one WebSocket says goes to all others, and nothing is stored.
// `node broadcaster.cjs`, with the library ws where NODE_PATH says; prints its port, and at each line read its CPU time.
const { WebSocketServer } = require('ws');
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('listening', () => console.log(JSON.stringify({ port: server.address().port })));
server.on('connection', (from) => {
  from.on('message', (data) => {
    for (const to of server.clients) if (to !== from && to.readyState === 1) to.send(data, { binary: true });
  });
});
process.stdin.on('data', () => {
  const used = process.cpuUsage();
  console.log(JSON.stringify({ cpu_s: (used.user + used.system) / 1e6 }));
});
process.stdin.on('end', () => process.exit(0));
