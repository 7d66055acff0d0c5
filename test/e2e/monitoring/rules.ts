interface EvaluatedRule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

/** What Prometheus says of every rule that it evaluates. */
export async function evaluatedRules(prometheus: string): Promise<readonly EvaluatedRule[]> {
  const answer = await fetch(`${prometheus}/api/v1/rules`);
  const { data }: { data: { groups: readonly { rules: readonly EvaluatedRule[] }[] } } = JSON.parse(
    await answer.text(),
  );
  return data.groups.flatMap(({ rules }) => rules);
}
