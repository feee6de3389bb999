import type { FastifyInstance } from 'fastify';
import { ProjectError } from '../base/errors.ts';
import { eventRoutes, type EventRoute } from '../listening/eventRoutes.ts';
import { eventStages } from '../listening/eventStages.ts';
import { openEventRoute } from '../listening/listenForEvents.ts';
import type { Project } from '../project/loadProject.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { deploymentColumns } from './deploymentColumns.ts';
import { feedbackNames } from './feedbackNames.ts';
import type { ServedVersion } from './servingModel.ts';

/** What a deployment takes beside requests for predictions. */
export interface DeploymentEvents {
  routes: readonly EventRoute[];
  /** Why events cannot be written; undefined when they can. */
  error(): string | undefined;
  listensAt(url: string): void;
  close(): Promise<void>;
}

/** Adds POST /events and POST /feedback to the server of a deployment that names stages for them. Null when it has none. */
export function deploymentEvents(
  app: FastifyInstance,
  project: Project,
  config: ProjectConfig,
  name: string,
  served: ServedVersion,
): DeploymentEvents | null {
  const deployment = config.deployments?.[name];
  if (deployment?.as !== 'api' || (deployment.events === undefined && deployment.feedback === undefined)) return null;
  if (deployment.events !== undefined && deployment.events === deployment.feedback)
    throw new ProjectError(
      `\`${name}\` sends \`events\` and \`feedback\` to the same stage. Events and true values need datasets of their own.`,
    );
  const routes: EventRoute[] = [];
  const close = async () => void (await Promise.all(routes.map(({ writer }) => writer.close())));
  const open = (stage: string, path: string): EventRoute => {
    const [found] = eventStages(project, config, [stage]);
    if (!found) throw new ProjectError(`There is no stage \`${stage}\`.`);
    const route = openEventRoute(project, found, [path]);
    routes.push(route);
    return route;
  };
  try {
    if (deployment.events !== undefined) open(deployment.events, '/events');
    if (deployment.feedback !== undefined) {
      const { key } = deploymentColumns(project, config, name);
      open(deployment.feedback, '/feedback').rename = feedbackNames(key, served.model.meta.target);
    }
  } catch (error) {
    void close();
    throw error;
  }
  eventRoutes(app, routes);
  return {
    routes,
    error: () => routes.map(({ writer }) => writer.error?.message).find((message) => message !== undefined),
    listensAt: (url) => {
      for (const { writer } of routes) writer.listensAt(url);
    },
    close,
  };
}
