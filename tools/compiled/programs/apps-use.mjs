// Uses each in a process that has the packages, and not the program. Prints what was found and what should be.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { deserializeAsync } from '@mp/serialize';

async function get(app, path) {
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, {
    headers: { connection: 'close' },
  });
  const body = await response.json();
  server.close();
  return body;
}

const uses = {
  'lodash: all of it': [(_) => _.chunk([1, 2, 3], 2), [[1, 2], [3]]],
  'lodash: a member': [(chunk) => chunk([1, 2, 3], 2), [[1, 2], [3]]],
  'lodash: memoize, with its cache': [(f) => [f.cache.size, f(3), f(4), f.cache.size], [1, 6, 8, 2]],
  'lodash: curry': [(f) => f(2)(3), 6],
  'lodash: flow': [(f) => f(3), 8],
  'lodash: template': [(f) => f({ user: 'you' }), 'hello you!'],
  'lodash: partial': [(f) => f(10), 7],
  'lodash: once, after it ran': [(f) => f(), 1],
  'lodash: a chain': [(chain) => chain.value(), [2, 4, 6]],
  'a utility with a closure of its own': [(slug) => [slug('Foo Bar'), slug('Foo Bar')], ['foo-bar', 'foo-bar']],
  'express: the handler of an app': [
    (f) => new Promise((json) => f({ params: { name: 'you' } }, { json })),
    'hello you',
  ],
  'express: a router': [
    (f) => new Promise((done) => f({ method: 'GET', url: '/hi/you' }, { done }, done)),
    'hello you',
  ],
  'express: an app': [(app) => get(app, '/hi/you'), 'hello you'],
  'express: an instance of a class that extends one of its own': [(one) => one.shout(), '/p!'],
  'fastify: the handler of an app': [(f) => f({ query: { name: 'you' } }), 'hello you'],
  'fastify: a function that makes an app': [(f) => f(), 'hello x'],
};

let input = '';
for await (const chunk of process.stdin) input += chunk;
const results = [];
for (const [name, bytes] of JSON.parse(input)) {
  const [use, expected] = uses[name];
  let found;
  try {
    found = await use(await deserializeAsync(Buffer.from(bytes, 'base64'), { trustCode: true }));
  } catch (error) {
    found = error.stack;
  }
  results.push([name, found, expected]);
}
process.stdout.write(JSON.stringify(results));
