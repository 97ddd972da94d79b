import { describeAreas } from './support/behaviour.js';

describeAreas(/^[a-d]/);
