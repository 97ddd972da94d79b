import { describeAreas } from './support/behaviour.js';

describeAreas(/^[m-r]/);
