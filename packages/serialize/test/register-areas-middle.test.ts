import { describeInstrumented } from './support/areas.js';

describeInstrumented(/^[m-r]/);
