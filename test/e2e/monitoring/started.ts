/** What was started, to be ended in the opposite order. */
export class Started {
  private readonly ends: (() => Promise<void>)[] = [];

  /** Waits for something to start, and remembers how it ends. */
  async begin<T>(starting: T | Promise<T>, end: (running: T) => Promise<void>): Promise<T> {
    const running = await starting;
    this.ends.push(() => end(running));
    return running;
  }

  /**
   * Ends everything, whatever fails on the way.
   * @throws the first failure
   */
  async end(): Promise<void> {
    const failures: unknown[] = [];
    for (const end of this.ends.splice(0).toReversed())
      await end().catch((thrown: unknown) => failures.push(thrown));
    if (failures.length > 0) throw failures[0];
  }
}
