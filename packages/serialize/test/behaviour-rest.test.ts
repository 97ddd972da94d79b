import { describeAreas } from './support/behaviour.js';

describeAreas(/^[^a-r]/);
