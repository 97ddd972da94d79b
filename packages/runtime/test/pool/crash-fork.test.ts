import { describeCrashes } from '../support/crash-suite.js';
import { startMethods } from '../support/start-methods.js';

// Here only a process that was started so can be copied; see jest's project `runtime over fork`.
if (startMethods.includes('fork')) describeCrashes('fork');
else test('this process cannot be copied', () => expect(startMethods).not.toContain('fork'));
