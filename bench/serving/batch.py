"""Python alone beside `loopwright predict`: `frames` reads, predicts and writes a file at once, `batches` in parts."""
import sys

import lightgbm
import pyarrow.parquet as pq

how, path, source, target = sys.argv[1:5]
model = lightgbm.Booster(model_file=path)
names = model.feature_name()
if how == "frames":
    import pandas as pd

    rows = pd.read_parquet(source)
    rows["score"] = model.predict(rows[names])
    rows.to_parquet(target)
else:
    import pyarrow as pa

    writer = None
    for part in pq.ParquetFile(source).iter_batches(batch_size=200_000):
        scores = model.predict(part.select(names).to_pandas())
        table = pa.Table.from_batches([part]).append_column("score", pa.array(scores))
        writer = writer or pq.ParquetWriter(target, table.schema)
        writer.write_table(table)
    writer.close()
