import type { ModelAlias, ModelRef } from '../../protocol/models.ts';
import { ProjectError } from '../base/errors.ts';
import { isLoopback } from '../http/loopback.ts';
import type { Project } from '../project/loadProject.ts';
import { aliasedModel, modelsOf } from '../project/models.ts';
import type { DatasetSchema, InvalidMode } from '../project/schema/datasetSchema.ts';
import type { ApiDeployment } from '../project/schema/deployments.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { deploymentColumns, schemaOfData, type DeploymentColumns } from './deploymentColumns.ts';

/** The address and the answers of a server. */
export interface ServeTarget {
  /** Name of the deployment; `NAME@3` for a version that is served without one. */
  name: string;
  /** Name of the model. */
  model: string;
  /** The alias that the server follows, or one version. */
  which: ModelAlias | number;
  /** The model that scores each request after its answer; null when none does. */
  shadow: { model: string; alias: ModelAlias } | null;
  host: string;
  port: number;
  /** The token that requests must send; null when none is required. */
  token: string | null;
  /** The fields that are stored with a prediction; null when predictions are not logged. */
  columns: DeploymentColumns | null;
  /** The schema of the training data; null when there is none. */
  schema: DatasetSchema | null;
  /** The handling of rows that break the schema. */
  invalid: InvalidMode;
}

/** As in `prepare`: the row leaves, the others stay. */
export const defaultInvalid: InvalidMode = 'quarantine';

/** A deployment that the project declares. Throws ProjectError when it has no such api deployment. */
export function declaredTarget(project: Project, config: ProjectConfig, name: string): ServeTarget {
  const deployment = Object.hasOwn(config.deployments ?? {}, name) ? config.deployments?.[name] : undefined;
  if (!deployment)
    throw new ProjectError(
      `There is no deployment \`${name}\`. Declared: ${Object.keys(config.deployments ?? {}).join(', ') || 'none'}.`,
    );
  if (deployment.as !== 'api')
    throw new ProjectError(
      `The deployment \`${name}\` is a ${deployment.as} deployment, which has no server. Use \`loopwright predict --deployment ${name}\`.`,
    );
  const { model, alias } = aliasedModel(config, deployment.model);
  const shadow = deployment.shadow === undefined ? null : aliasedModel(config, deployment.shadow);
  const host = deployment.host ?? '127.0.0.1';
  return {
    name,
    model: model.name,
    which: alias,
    shadow: shadow && { model: shadow.model.name, alias: shadow.alias },
    host,
    port: deployment.port,
    token: tokenOf(name, deployment, host),
    columns: deploymentColumns(project, config, name),
    schema: schemaOfData(project, config, model.data),
    invalid: deployment.invalid ?? defaultInvalid,
  };
}

/**
 * One version, served on this machine until the server stops, as to try it. Its predictions are not logged: the log is
 * of production, and monitors and retraining read it.
 */
export function temporaryTarget(project: Project, config: ProjectConfig, { name, version }: ModelRef): ServeTarget {
  // The registry may hold models that no project file has.
  const declared = modelsOf(config).find((model) => model.name === name);
  return {
    name: `${name}@${version}`,
    model: name,
    which: version,
    shadow: null,
    host: '127.0.0.1',
    port: 0,
    token: null,
    columns: null,
    schema: schemaOfData(project, config, declared?.data ?? null),
    invalid: defaultInvalid,
  };
}

/**
 * The token that requests must send; null when none is required. Throws when its variable is not set, or when other
 * machines could send requests without a token.
 */
function tokenOf(name: string, deployment: ApiDeployment, host: string): string | null {
  if (!deployment.auth) {
    if (isLoopback(host)) return null;
    throw new ProjectError(
      `\`${name}\` would answer everyone who can reach ${host}. Add \`auth: { token_env: NAME }\`, or listen on 127.0.0.1.`,
    );
  }
  const token = process.env[deployment.auth.token_env] ?? '';
  if (token === '')
    throw new ProjectError(
      `The environment variable \`${deployment.auth.token_env}\` is not set; it holds the token of \`${name}\`.`,
    );
  return token;
}
