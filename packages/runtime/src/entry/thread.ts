// What runs in a new thread. `launch/thread.ts` gives it the port to its parent.
import { workerData } from 'node:worker_threads';
import { PortTransport } from '../channel/port-transport.js';
import { serve } from '../child/serve.js';
import { createHandles } from '../context/handles.js';

serve(new PortTransport(workerData.port), workerData.progress, createHandles);
