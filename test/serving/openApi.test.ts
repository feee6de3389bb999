import { Ajv2020 } from 'ajv/dist/2020.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelTools } from '../../engine/models/modelTools.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { getVersion } from '../../engine/registry/modelVersions.ts';
import { openVersion } from '../../engine/registry/openVersion.ts';
import { openApi } from '../../engine/serving/openApi.ts';
import { RowSchema } from '../../engine/serving/rowSchema.ts';
import { declaredTarget } from '../../engine/serving/serveTarget.ts';
import { orders } from '../helpers/ordersProject.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';

const trained = trainedOrders();

interface Document {
  components: { schemas: Record<string, object> };
}

test('the OpenAPI document describes rows as the API checks them', async (t) => {
  const { root, store } = trained();
  const project = loadProject(root);
  const config = configFor(project, 'default');
  const version = getVersion(store, 'orders', 1);
  const model = await openVersion(version, modelTools(store, config, 'orders'));
  t.after(() => model.close());
  const target = declaredTarget(project, config, 'production');
  const rules = new RowSchema({ meta: model.meta, schema: target.schema, alsoReads: ['id', 'at'], invalid: 'fail' });
  const document = openApi({ model, version }, target, rules) as unknown as Document;
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ $id: 'api', ...document });
  const isRow = ajv.getSchema('api#/components/schemas/Row') ?? assert.fail();
  const [good] = orders({ rows: 1, firstDay: 100 });
  assert.ok(good);
  const values: Record<string, unknown[]> = {
    amount: [0, 1000, 1000.5, -1000, -1001, 1e300, null, '5', true, {}],
    hour: [0, 23, 24, -1, 1.5, null, '3'],
    country: ['de', 'zz', '', null, {}],
  };
  let broken = 0;
  for (const [field, tried] of Object.entries(values))
    for (const value of [...tried, undefined]) {
      const row: Record<string, unknown> = { ...good, [field]: value };
      if (value === undefined) delete row[field];
      const { violations } = rules.check([row]);
      assert.equal(
        isRow(row),
        violations.length === 0,
        `${field} ${JSON.stringify(value)}: ${JSON.stringify(violations)}`,
      );
      if (violations.length > 0) broken++;
    }
  assert.ok(broken > 12);
});
