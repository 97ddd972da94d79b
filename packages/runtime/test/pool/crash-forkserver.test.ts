import { getAllStartMethods } from '@mp/runtime';
import { describeCrashes } from '../support/crash-suite.js';

// Without a C compiler there is no fork server.
if (getAllStartMethods().includes('forkserver')) describeCrashes('forkserver');
else test('there is no fork server here', () => expect(getAllStartMethods()).toEqual(['spawn', 'thread']));
