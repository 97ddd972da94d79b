// What a new user would send of lodash, Express and Fastify.
import { serialize } from '@mp/serialize';
import express from 'express';
import Fastify from 'fastify';
import _ from 'lodash';

const greeting = 'hello';
const memo = new Map();
const memoized = _.memoize((x) => x * 2);
memoized(3);
let calls = 0;
const once = _.once(() => ++calls);
once();

const router = express.Router();
router.get('/hi/:name', (request, response) => response.done(`${greeting} ${request.params.name}`));
const app = express();
app.get('/hi/:name', (request, response) => response.json(`${greeting} ${request.params.name}`));
class Named extends express.Route {
  shout() {
    return `${this.path}!`;
  }
}
let handler;
const fastify = Fastify();
fastify.addHook('onRoute', (route) => {
  handler = route.handler;
});
fastify.get('/hi', async (request) => `${greeting} ${request.query.name}`);

const values = {
  'lodash: all of it': _,
  'lodash: a member': _.chunk,
  'lodash: memoize, with its cache': memoized,
  'lodash: curry': _.curry((a, b, c) => a + b + c)(1),
  'lodash: flow': _.flow([(x) => x + 1, (x) => x * 2]),
  'lodash: template': _.template('hello <%= user %>!'),
  'lodash: partial': _.partial((a, b) => a - b, _, 3),
  'lodash: once, after it ran': once,
  'lodash: a chain': _([1, 2, 3]).map((x) => x * 2),
  'a utility with a closure of its own': function slug(text) {
    if (!memo.has(text)) memo.set(text, _.kebabCase(text));
    return memo.get(text);
  },
  'express: the handler of an app': app.router.stack.at(-1).route.stack[0].handle,
  'express: a router': router,
  'express: an app': app,
  'express: an instance of a class that extends one of its own': new Named('/p'),
  'fastify: the handler of an app': handler,
  'fastify: a function that makes an app': async () => {
    const made = Fastify();
    made.get('/hi', async (request) => `${greeting} ${request.query.name}`);
    return (await made.inject('/hi?name=x')).body;
  },
};
const packed = Object.entries(values).map(([name, value]) => [name, Buffer.from(serialize(value)).toString('base64')]);
process.stdout.write(JSON.stringify(packed));
