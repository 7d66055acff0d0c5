/**
 * Ends a test run with what a reader must not miss: every skipped test by name, and one line that counts.
 * Tests are skipped only where a server that they need is not installed.
 */
module.exports = class ClosingReporter {
  onRunComplete(_contexts, results) {
    const skipped = new Map();
    for (const { testFilePath, testResults } of results.testResults) {
      for (const { status, ancestorTitles } of testResults) {
        if (status !== 'pending') continue;
        const name = `${testFilePath.slice(process.cwd().length + 1)}: ${ancestorTitles[0] ?? ''}`;
        skipped.set(name, (skipped.get(name) ?? 0) + 1);
      }
    }
    const lines = [...skipped].map(([name, count]) => `  skipped ${count}: ${name}`);
    if (lines.length > 0) lines.unshift('', 'Skipped, because something that they need is not installed:');
    const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = results;
    lines.push(
      '',
      `${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed, ${numPendingTests} skipped`,
    );
    process.stderr.write(`${lines.join('\n')}\n`);
  }
};
