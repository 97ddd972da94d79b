import { describeAreas } from './support/behaviour.js';

describeAreas(/^[e-l]/);
