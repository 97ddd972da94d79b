import { describeInstrumented } from './support/areas.js';

describeInstrumented(/^[^a-r]/);
