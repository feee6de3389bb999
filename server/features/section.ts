/** A section of a project whose entries have names. */
export type Section = 'params' | 'datasets' | 'stages' | 'models' | 'deployments' | 'monitors';
