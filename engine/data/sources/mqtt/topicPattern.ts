/** A subscribed topic, with the levels that become columns. */
export interface TopicPattern {
  /** The filter as the broker takes it. */
  filter: string;
  /** The columns of a topic; null when it does not match. */
  columnsOf(topic: string): Record<string, string> | null;
  /** Names of the columns. */
  columns: readonly string[];
}

/** Reads `plant/+site/temp`: the wildcard `+` with a name makes that level a column. */
export function topicPattern(written: string): TopicPattern {
  const levels = written.split('/');
  const shared = levels[0] === '$share' && levels.length > 2 ? levels.slice(0, 2) : [];
  const own = levels.slice(shared.length);
  const names = own.map((level) => /^\+([A-Za-z_]\w*)$/.exec(level)?.[1] ?? null);
  const filters = own.map((level) => (level.startsWith('+') ? '+' : level));
  return {
    filter: [...shared, ...filters].join('/'),
    columns: names.filter((name) => name !== null),
    columnsOf(topic) {
      const given = topic.split('/');
      const isOpen = filters.at(-1) === '#';
      // `plant/#` matches `plant` too.
      const fixed = isOpen ? filters.length - 1 : filters.length;
      if (isOpen ? given.length < fixed : given.length !== fixed) return null;
      // Topics of the broker itself do not match a leading wildcard.
      if (topic.startsWith('$') && /^[+#]/.test(filters[0] ?? '')) return null;
      const columns: Record<string, string> = {};
      for (let i = 0; i < fixed; i++) {
        if (filters[i] !== '+' && filters[i] !== given[i]) return null;
        const name = names[i];
        if (name !== null && name !== undefined) columns[name] = given[i] ?? '';
      }
      return columns;
    },
  };
}

/** The columns of a topic by the first pattern that matches it. */
export function topicColumns(patterns: readonly TopicPattern[], topic: string): Record<string, string> {
  for (const pattern of patterns) {
    const found = pattern.columnsOf(topic);
    if (found) return found;
  }
  return {};
}
