// A jest reporter that leaves the counts of a run where `tools/test.mjs` reads them.
const { writeFileSync } = require('node:fs');

module.exports = class Tally {
  onRunComplete(_contexts, results) {
    const file = process.env.TEST_TALLY_FILE;
    if (file === undefined) return;
    // A file that could not run at all has no failed test, and is a failure all the same.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    writeFileSync(
      file,
      JSON.stringify({
        passed: results.numPassedTests,
        failed,
        skipped: results.numPendingTests + results.numTodoTests,
      }),
    );
  }
};
