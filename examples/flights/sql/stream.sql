-- The same as features.sql, over the rows that are replayed.
WITH known AS (
  SELECT
    *,
    avg(delay) OVER (PARTITION BY origin ORDER BY date RANGE BETWEEN INTERVAL 12 HOURS PRECEDING AND INTERVAL 5 HOURS PRECEDING) AS origin_delay,
    avg(delay) OVER (PARTITION BY destination ORDER BY date RANGE BETWEEN INTERVAL 12 HOURS PRECEDING AND INTERVAL 5 HOURS PRECEDING) AS destination_delay,
    md5(concat_ws('|', date, origin, destination, distance, delay)) AS flight_id
  FROM rows
)
SELECT
  flight_id,
  date AS departed_at,
  hour(date) AS hour,
  strftime(date, '%a') AS weekday,
  distance,
  origin,
  destination,
  origin_delay,
  destination_delay,
  delay > 15 AS late
FROM known
WHERE left(flight_id, 4) < '199a'
QUALIFY row_number() OVER (PARTITION BY flight_id) = 1
ORDER BY departed_at, flight_id
