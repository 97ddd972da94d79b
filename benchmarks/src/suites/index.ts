// All suites, in the order of the report.
import type { Suite } from '../harness/model.js';
import { channelSuite } from './channel/suite.js';
import { functionsSuite } from './functions/suite.js';
import { poolSuite } from './pool/suite.js';
import { processSuite } from './process/suite.js';
import { scalingSuite } from './scaling/suite.js';
import { syncSuite } from './sync/suite.js';
import { valuesSuite } from './values/suite.js';

export const suites: readonly Suite[] = [
  valuesSuite,
  scalingSuite,
  functionsSuite,
  poolSuite,
  processSuite,
  channelSuite,
  syncSuite,
];
