import { describeInstrumented } from './support/areas.js';

describeInstrumented(/^[e-l]/);
