import { describeCrashes } from '../support/crash-suite.js';

describeCrashes('forkserver');
