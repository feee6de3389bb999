-- Names that programs like. Missing measurements stay missing: the model's preprocessing fills them and says so to the network.
SELECT
  id,
  Island AS island,
  "Beak Length (mm)" AS beak_length,
  "Beak Depth (mm)" AS beak_depth,
  "Flipper Length (mm)" AS flipper_length,
  "Body Mass (g)" AS body_mass,
  Sex AS sex,
  Species AS species
FROM penguins
ORDER BY id
