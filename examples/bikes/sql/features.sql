-- One row an hour whose rentals were counted. The pipeline of train.py makes what else it needs, in serving too.
-- "at" is quoted because DuckDB reserves the word.
SELECT
  h.hour_id,
  h."at",
  h.working_day,
  h.holiday,
  h.weather,
  h.temperature,
  h.humidity,
  h.wind_speed,
  r.rentals
FROM hours AS h
JOIN rentals AS r USING (hour_id)
ORDER BY h."at"
