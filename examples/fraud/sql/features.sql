-- One row a transaction whose label has arrived. Features stay as they are: the model's own preprocessing scales them, in serving too.
-- "at" is quoted because DuckDB reserves the word.
SELECT
  t.transaction_id,
  t."at",
  t.amount,
  t.merchant_category,
  t.hour,
  t.distance_km,
  t.device_age_days,
  t.country,
  t.age_group,
  t.transactions_last_day,
  t.is_online,
  l.is_fraud
FROM transactions AS t
JOIN labels AS l USING (transaction_id)
ORDER BY t."at", t.transaction_id
