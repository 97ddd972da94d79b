// The seed of everything: start named workers, hand them a closure, join them.
import { currentProcess, Process, Queue } from '@mp/runtime';

const greeting = 'Hello';
const answers = new Queue();

const workers = ['Anna', 'Ben', 'Cleo'].map(
  (name) =>
    new Process({
      name,
      // The function travels with what it closes over: `greeting` and the queue.
      target: async () => {
        await answers.put(`${greeting} from ${currentProcess().name}, process ${process.pid}`);
      },
    }),
);

for (const worker of workers) await worker.start();
for (const _ of workers) console.log(await answers.get());
for (const worker of workers) await worker.join();

console.log(workers.map(({ name, exitCode }) => `${name} ended with exit code ${exitCode}`).join(', '));
