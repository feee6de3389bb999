import { named } from '../../base/named.ts';
import type { ModelInput } from '../../models/flavours/flavour.ts';
import type { Field } from '../../project/schema/datasetSchema.ts';
import { stagesOf } from '../lookUp.ts';
import type { CheckContext } from '../rule.ts';

/** A validation of a model that a program made, beside the fields of its dataset. */
export interface ModelInputs {
  validation: string;
  /** The stage that makes the model. */
  stage: string;
  data: string;
  fields: readonly Field[];
  inputs: readonly ModelInput[];
  /** Inputs that must be there and that the schema does not declare. */
  missing: string[];
}

/** Returns the validations whose model states its inputs and whose dataset has a schema. */
export function eachModelInput(context: CheckContext): ModelInputs[] {
  const models = context.facts.history()?.models ?? [];
  return stagesOf(context.config, 'validate').flatMap(([validation, { with: inputs }]) => {
    const model = models.find(({ stage }) => stage === inputs.model);
    const fields = context.schemaOf(inputs.data)?.fields;
    if (!model || !fields) return [];
    const missing = model.inputs.flatMap(({ name, optional }) => (optional || named(fields, name) ? [] : [name]));
    return [{ validation, stage: model.stage, data: inputs.data, fields, inputs: model.inputs, missing }];
  });
}
